import Table from "cli-table3";
import { InvalidArgumentError, type Command } from "commander";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { smoke, type SmokeStep } from "../../operations/smoke/smoke.js";

interface Options {
  readonly header: readonly string[];
  readonly health: string;
  readonly ready: string;
  readonly items: string;
  readonly item: string;
  readonly timeout: number;
  readonly json?: boolean;
}

function readUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError("must be an http or https address such as https://canary.agent-api.example.com");
}

function readSeconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("must be a number of seconds above 0");
}

function readHeaders(headers: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    headers.map((header) => {
      const [, name, value] = /^([\w-]+)[:=]\s*(.+)$/.exec(header) ?? [];
      if (name !== undefined && value !== undefined) return [name, value];
      throw new PlatformError("a header is not usable", ExitCode.configuration, [
        { path: "--header", received: header, rule: "must be NAME=VALUE", fix: "--header x-canary=true" },
      ]);
    }),
  );
}

function readItem(text: string): object {
  try {
    const item: unknown = JSON.parse(text);
    if (typeof item === "object" && item !== null) return item;
  } catch {
    // Falls through to the error that says what is wanted.
  }
  throw new PlatformError("the item is not usable", ExitCode.configuration, [
    { path: "--item", received: text, rule: "must be a JSON object", fix: `--item '{"agentId":"smoke"}'` },
  ]);
}

function renderSteps(steps: readonly SmokeStep[]): string {
  const table = new Table({ head: ["step", "request", "status", "ms", "result"], style: { head: [], border: [] } });
  for (const { name, request, status, milliseconds, fault } of steps) {
    table.push([name, request, status ?? "", milliseconds, fault ?? "ok"]);
  }
  return table.toString();
}

async function run(url: string, options: Options): Promise<void> {
  const steps = await smoke({
    url,
    headers: readHeaders(options.header),
    healthPath: options.health,
    readyPath: options.ready,
    itemsPath: options.items,
    item: readItem(options.item),
    timeoutMs: options.timeout * 1000,
  });
  process.stdout.write(`${options.json === true ? JSON.stringify(steps, null, 2) : renderSteps(steps)}\n`);
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
    .argument("<url>", "address of the host", readUrl)
    .option("--header <name=value...>", "sent with every request", ["x-canary=true"])
    .option("--health <path>", "health endpoint", "/health")
    .option("--ready <path>", "readiness endpoint", "/ready")
    .option("--items <path>", "collection that is written to and read from", "/v1/memories")
    .option("--item <json>", "what is written; `content` is set to a mark of its own", "{}")
    .option("--timeout <seconds>", "for each request", readSeconds, 10)
    .option("--json", "print JSON")
    .action(run);
}
