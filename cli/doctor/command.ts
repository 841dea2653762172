import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import Table from "cli-table3";
import { Option, type Command } from "commander";
import { runCommand } from "../../common/command.js";
import { ExitCode } from "../../common/errors.js";
import { purposes, tools, type Purpose, type Tool } from "./tools.js";

export interface Finding extends Pick<Tool, "program" | "for" | "why" | "get"> {
  /** First line of what it says of its version; absent where it is missing. */
  readonly found?: string;
}

export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("What this machine lacks, what each thing is for, and how to get it.")
    .addOption(
      new Option("--for <purpose>", "only what this needs; exit code 1 where something is missing").choices(purposes),
    )
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  npm run doctor -- --for deploy")
    .action(doctor);
}

async function doctor(options: { readonly for?: Purpose; readonly json?: boolean }): Promise<void> {
  const { for: purpose } = options;
  const asked = tools.filter((tool) => purpose === undefined || tool.for.includes(purpose));
  const findings = await Promise.all(asked.map(examine));
  const missing = findings.filter(({ found }) => found === undefined);
  process.stdout.write(`${options.json === true ? JSON.stringify(findings, undefined, 2) : render(findings)}\n`);
  if (options.json !== true) {
    process.stdout.write(
      `Node ${process.versions.node}; ${missing.length === 0 ? "nothing is missing" : `${missing.length} of ${findings.length} missing`}. preview, render, readiness and diagram need nothing more.\n`,
    );
  }
  if (purpose !== undefined && missing.length > 0) process.exitCode = ExitCode.error;
}

/** Asks a tool for its version; one that is there but does not start counts as missing. */
export async function examine({ program, version, folders = [], ...tool }: Tool): Promise<Finding> {
  const places = [...(process.env.PATH ?? "").split(delimiter), ...folders].map((folder) => join(folder, program));
  const path = places.find((candidate) => existsSync(candidate));
  const about = { program, for: tool.for, why: tool.why, get: tool.get };
  if (path === undefined) return about;
  const { exitCode, stdout, stderr } = await runCommand(path, version, {
    timeoutMs: 20_000,
    allowExitCodes: Array.from({ length: 256 }, (_, code) => code),
  });
  return exitCode === 0 ? { ...about, found: (stdout || stderr).split("\n")[0]?.trim() ?? "" } : about;
}

function render(findings: readonly Finding[]): string {
  const table = new Table({
    head: ["", "program", "for", "found, or how to get it"],
    style: { head: [], border: [] },
    colWidths: [3, 24, 20, 64],
    wordWrap: true,
  });
  for (const { program, found, why, get, for: needed } of findings) {
    table.push([found === undefined ? "✖" : "✔", program, needed.join(", ") || "by hand", found ?? `${get}: ${why}`]);
  }
  return table.toString();
}
