import Table from "cli-table3";
import type { Command } from "commander";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { smoke, type SmokeStep } from "../../operations/smoke/smoke.js";
import { readOptions, type SmokeFlags } from "./options.js";

function renderSteps(steps: readonly SmokeStep[]): string {
  const table = new Table({ head: ["step", "request", "status", "ms", "result"], style: { head: [], border: [] } });
  for (const { name, request, status, milliseconds, fault } of steps) {
    table.push([name, request, status ?? "", milliseconds, fault ?? "ok"]);
  }
  return table.toString();
}

async function run(url: string, flags: SmokeFlags & { readonly json?: boolean }): Promise<void> {
  const steps = await smoke(readOptions(url, flags));
  process.stdout.write(`${flags.json === true ? JSON.stringify(steps, null, 2) : renderSteps(steps)}\n`);
  const failed = steps.filter(({ fault }) => fault !== undefined);
  if (failed.length === 0) return;
  const list = failed.map(({ name, fault }) => `${name}: ${fault ?? ""}`).join("; ");
  throw new PlatformError(`the smoke test of ${url} failed: ${list}`, ExitCode.error);
}

/** Adds `smoke URL`. */
export function registerSmoke(program: Command): void {
  program
    .command("smoke")
    .description("health, readiness, one write and one read through a public host, answered by the canary")
    .argument("<url>", "address of the host; a path in it comes before those of the requests")
    .option("--header <name=value...>", "sent with every request", ["x-canary=true"])
    .option("--health <path>", "health endpoint", "/health")
    .option("--ready <path>", "readiness endpoint", "/ready")
    .option("--items <path>", "collection that is written to and read from", "/v1/memories")
    .option("--item <json>", "what is written; `content` is set to a mark of its own", "{}")
    .option("--timeout <seconds>", "for each request", "10")
    .option("--json", "print JSON")
    .action(run);
}
