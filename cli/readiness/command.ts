import { relative, resolve } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { kubeconfigOption } from "../kubeconfig-option.js";
import { runReadiness, type ReadinessOptions } from "./run.js";
import { FAIL_ON } from "./report.js";

/** Adds `readiness` to a program. The process's exit code is set, never forced: output is flushed first. */
export function registerReadiness(program: Command): void {
  program
    .command("readiness")
    .summary("judge a stack, manifests or a live cluster by the production-readiness rule book")
    .description(
      "Judges by the production-readiness rule book, the same that the policy pack enforces. Exit code 0: ready, 5: findings, 2: input that could not be judged.",
    )
    .addOption(new Option("--stack <name>", "a stack of this program, run offline").conflicts(["manifests", "context"]))
    .addOption(new Option("--manifests <path>", "a file, a folder, or - for standard input").conflicts(["context"]))
    .addOption(new Option("--context <kubecontext>", "a live cluster, by the name of its kubeconfig context"))
    .addOption(kubeconfigOption())
    .option("--config <file>", "rule book configuration: levels, parameters and exemptions by check (YAML or JSON)")
    .option(
      "--environment <name>",
      "environment that the rules are held to (default: by the stack's name, else production)",
    )
    .addOption(new Option("--only <checks>", "only these checks, separated by commas").argParser(commaSeparated))
    .addOption(new Option("--fail-on <level>", "what ends with exit code 5").choices(FAIL_ON).default("fail"))
    .option("--baseline <file>", "an earlier --json report: only what is new decides")
    .option("--json", "machine-readable results")
    .option("--sarif", "SARIF 2.1.0, for code scanning")
    .option("--junit", "JUnit XML, for test reports")
    .option("--markdown", "Markdown, for a pull request")
    .option("--html <file>", "also write one self-contained page; of a stack, with its topology and resources")
    .action(async (options: ReadinessOptions) => {
      process.exitCode = await runReadiness(fromUsersFolder(options));
    });
}

/** npm runs a script in the project's folder; paths are meant from where the user stands. */
function fromUsersFolder(options: ReadinessOptions): ReadinessOptions {
  const from = process.env.AGENT_PLATFORM_CWD ?? process.cwd();
  const path = (value: string | undefined) =>
    value === undefined || value === "-" ? {} : relative(process.cwd(), resolve(from, value)) || ".";
  const named = Object.fromEntries(
    (["manifests", "config", "baseline"] as const).flatMap((name) => {
      const found = path(options[name]);
      return typeof found === "string" ? [[name, found]] : [];
    }),
  );
  return { ...options, ...named };
}

function commaSeparated(value: string): string[] {
  const names = value.split(",").map((name) => name.trim());
  if (names.some((name) => name === "")) throw new InvalidArgumentError("an empty name between commas");
  return names;
}
