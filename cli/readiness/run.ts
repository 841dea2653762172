import { existsSync } from "node:fs";
import { join } from "node:path";
import { ExitCode, formatError, messageOf, PlatformError, type Fault } from "../../common/errors.js";
import { CHECKS } from "../../policy/checks/index.js";
import type { Check } from "../../policy/engine/check.js";
import { judge } from "../../policy/engine/judge.js";
import { environmentOf } from "../../policy/pack/environment.js";
import type { PlatformView } from "../../policy/model/view.js";
import { refuseKubeconfigAlone } from "../kubeconfig-option.js";
import { print } from "../output/print.js";
import { applyBaseline } from "./baseline.js";
import { readConfiguration, type RuleBookConfiguration } from "./configuration.js";
import { formatReport } from "./formats/index.js";
import { exitCodeOf, toReport, type FailOn, type Report } from "./report.js";
import { viewOfManifests } from "./sources/manifests.js";

/** The command's flags, as commander hands them over. */
export interface ReadinessOptions {
  readonly stack?: string;
  readonly manifests?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly config?: string;
  readonly environment?: string;
  readonly only?: readonly string[];
  readonly failOn?: FailOn;
  readonly baseline?: string;
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly junit?: boolean;
  readonly markdown?: boolean;
  readonly html?: string;
}

/** What a source of resources yields: as much as could be read, and what could not. */
export interface Source {
  readonly view: PlatformView;
  readonly faults: readonly Fault[];
}

/** Judges, prints the report to standard output and faults to standard error, and returns the exit code. */
export async function runReadiness(options: ReadinessOptions): Promise<ExitCode> {
  try {
    const report = await judgeSource(options);
    for (const part of await formatReport(report, options)) await print(part);
    if (options.html !== undefined) await (await import("../report/readiness-page.js")).writePage(report, options);
    if (report.faults.length > 0) {
      const many = `${report.faults.length} ${report.faults.length === 1 ? "fault" : "faults"} in the input; the rest was judged`;
      process.stderr.write(`${formatError(new PlatformError(many, ExitCode.configuration, report.faults))}\n`);
    }
    return exitCodeOf(report, options.failOn ?? "fail");
  } catch (thrown) {
    const error = thrown instanceof PlatformError ? thrown : new PlatformError(messageOf(thrown));
    process.stderr.write(`${formatError(error)}\n`);
    return error.exitCode;
  }
}

/** The report of a source by the whole rule book, or the checks that were asked for. */
export async function judgeSource(options: ReadinessOptions, now = new Date()): Promise<Report> {
  refuseKubeconfigAlone(options, "for a stack or manifests");
  const file = options.config ?? stackConfiguration(options.stack);
  const configuration = file === undefined ? {} : readConfiguration(file, now);
  const checks = chooseChecks(options.only);
  const source = await readSource(options, { ...configuration, now });
  const results = judge(checks, source.view, {
    ...configuration.settings,
    known: new Set(CHECKS.map((check) => check.id)),
  });
  const judged = options.baseline === undefined ? results : applyBaseline(results, options.baseline);
  return toReport(judged, [...(configuration.faults ?? []), ...source.faults]);
}

/** A stack's own configuration of the rule book, which the engine takes as `--policy-pack-config`. */
export function stackConfiguration(stack: string | undefined): string | undefined {
  const file = join(__dirname, "..", "..", "policy", "config", `${stack ?? ""}.json`);
  return stack !== undefined && existsSync(file) ? file : undefined;
}

async function readSource(
  options: ReadinessOptions,
  configuration: RuleBookConfiguration & { now: Date },
): Promise<Source> {
  const facts = {
    environment: configuration.environment ?? options.environment ?? environmentOf(options.stack ?? ""),
    now: configuration.now,
  };
  if (options.manifests !== undefined) return viewOfManifests(options.manifests, facts);
  // The Pulumi SDK and the Kubernetes client cost more to load than a folder of manifests costs to judge.
  if (options.stack !== undefined) return (await import("./sources/stack.js")).viewOfStack(options.stack, facts);
  if (options.context !== undefined) {
    const { viewOfCluster } = await import("./sources/cluster.js");
    return viewOfCluster({ context: options.context, kubeconfig: options.kubeconfig }, facts);
  }
  throw new PlatformError("nothing to judge", ExitCode.configuration, [
    {
      path: "readiness",
      rule: "needs one source",
      fix: "give --stack NAME, --manifests FILE|DIR|- or --context KUBECONTEXT",
    },
  ]);
}

function chooseChecks(only: readonly string[] | undefined): readonly Check[] {
  if (only === undefined) return CHECKS;
  const unknown = only.filter((id) => !CHECKS.some((check) => check.id === id));
  if (unknown.length > 0) {
    throw new PlatformError("unknown check", ExitCode.configuration, [
      { path: "--only", received: unknown.join(","), rule: "names checks of the rule book", fix: "see docs/checks.md" },
    ]);
  }
  return CHECKS.filter((check) => only.includes(check.id));
}
