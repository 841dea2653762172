import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");

export interface Usage {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

interface Expected {
  /** Exit codes that are an answer; default 0. */
  readonly answered?: readonly number[];
  /** Where standard output goes; default nowhere. */
  readonly out?: string | undefined;
}

/** Runs one file in a Node of its own, TypeScript by tsx, and measures the whole process. */
export async function measure(
  entry: string,
  args: readonly string[] = [],
  { answered = [0], out }: Expected = {},
): Promise<Usage> {
  const started = performance.now();
  const preload = [
    ...(entry.endsWith(".ts") ? ["--import", "tsx"] : []),
    "--import",
    join(__dirname, "report-usage.mjs"),
  ];
  const output = out === undefined ? undefined : openSync(out, "w");
  const child = spawn(process.execPath, [...preload, join(root, entry), ...args], {
    cwd: root,
    stdio: ["ignore", output ?? "ignore", "inherit", "pipe"],
  });
  let report = "";
  child.stdio[3]?.on("data", (chunk: Buffer) => (report += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.on("close", (exit) => resolve(exit ?? 1)));
  const wallSeconds = (performance.now() - started) / 1000;
  if (output !== undefined) closeSync(output);
  if (!answered.includes(code)) throw new Error(`${entry} ${args.join(" ")} ended with exit code ${code}`);
  return { wallSeconds, ...(JSON.parse(report) as Omit<Usage, "wallSeconds">) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Measures two commands in turn, so that both see the same machine, after one uncounted run of each. */
export async function compare(
  a: () => Promise<Usage>,
  b: () => Promise<Usage>,
  runs = 5,
): Promise<readonly [Usage, Usage]> {
  await a();
  await b();
  const first: Usage[] = [];
  const second: Usage[] = [];
  for (let run = 0; run < runs; run += 1) {
    first.push(await a());
    second.push(await b());
  }
  return [medianOf(first), medianOf(second)];
}

function medianOf(usages: readonly Usage[]): Usage {
  const of = (key: keyof Usage): number => median(usages.map((usage) => usage[key]));
  return { wallSeconds: of("wallSeconds"), cpuSeconds: of("cpuSeconds"), peakMegabytes: of("peakMegabytes") };
}

/** A figure beside its floor: `2.1 s, floor 1.8 s: 1.17 (bound 1.5)`. */
export function ratio(
  what: string,
  [value, floor]: readonly [number, number],
  { unit, bound }: { unit: string; bound: number },
): string {
  const quotient = value / floor;
  const verdict = quotient <= bound ? "within" : "OVER";
  return `${what}: ${value.toFixed(2)} ${unit}, floor ${floor.toFixed(2)} ${unit}, ratio ${quotient.toFixed(2)}, ${verdict} the bound of ${bound}`;
}

/** A figure that has a bound of its own, and no floor to be a multiple of: `160 KiB, within the bound of 1024`. */
export function within(what: string, value: number, { unit, bound }: { unit: string; bound: number }): string {
  return `${what}: ${value.toFixed(0)} ${unit}, ${value <= bound ? "within" : "OVER"} the bound of ${bound}`;
}
