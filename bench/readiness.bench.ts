import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureKubeScore } from "./kube-score.js";
import type { Bench } from "./main.js";
import { measure, median, ratio, type Usage } from "./measure.js";
import { injected, OBJECTS_PER_APP, writeCorpus } from "./readiness-corpus.js";

const ROOT = join(__dirname, "..");
/** What the user types: `agent-platform readiness …`. */
const COMMAND = "scripts/agent-platform.js";
/** Ready, or with findings: both are an answer. */
const ANSWERED = [0, 5];
const APPS = 1000;

function judge(path: string, out?: string): Promise<Usage> {
  return measure(COMMAND, ["readiness", "--manifests", path, "--json"], { answered: ANSWERED, out });
}

interface Run {
  /** Exit codes that are an answer; default ours. */
  readonly answered?: readonly number[];
  readonly cwd?: string;
}

/** Seconds of the whole process. */
async function secondsOf(program: string, args: readonly string[], { answered = ANSWERED, cwd = ROOT }: Run = {}) {
  const started = performance.now();
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.resume();
  const code = await new Promise<number>((resolve) => child.on("close", (exit) => resolve(exit ?? -1)));
  if (!answered.includes(code))
    throw new Error(`${program} ${args.slice(0, 4).join(" ")} ended with exit code ${code}`);
  return (performance.now() - started) / 1000;
}

/** The checks' findings in a report, by check; other checks than the injected ones must have none. */
function verifyCounts(report: string): string {
  const { results } = JSON.parse(readFileSync(report, "utf8")) as { results: { check: string; status: string }[] };
  const found = new Map<string, number>();
  for (const { check, status } of results) {
    if (status === "fail" || status === "warning") found.set(check, (found.get(check) ?? 0) + 1);
  }
  const sorted = (counts: ReadonlyMap<string, number>): string[] => [...counts].map((entry) => entry.join(" ")).sort();
  assert.deepEqual(sorted(found), sorted(injected(APPS)));
  const total = [...found.values()].reduce((sum, count) => sum + count, 0);
  return `${total} defects of ${found.size} kinds injected, ${total} found, each by its check`;
}

async function large(folder: string): Promise<readonly string[]> {
  const [small, all] = [join(folder, "small"), join(folder, "large")];
  writeCorpus(small, APPS / 5);
  writeCorpus(all, APPS);
  const files = readdirSync(all).map((file) => join(all, file));
  const kubeScore = await ensureKubeScore();
  const report = join(folder, "report.json");
  await judge(all, report);
  const [ours, theirs, fifth]: [Usage[], number[], Usage[]] = [[], [], []];
  for (let run = 0; run < 5; run += 1) {
    ours.push(await judge(all));
    // It ends with 1 where it found something.
    theirs.push(await secondsOf(kubeScore, ["score", "--output-format", "json", ...files], { answered: [0, 1] }));
    fifth.push(await judge(small));
  }
  const of = (usages: readonly Usage[], key: keyof Usage): number => median(usages.map((usage) => usage[key]));
  const peak = of(ours, "peakMegabytes");
  return [
    verifyCounts(report),
    ratio(`${APPS * OBJECTS_PER_APP} objects against kube-score, wall`, [of(ours, "wallSeconds"), median(theirs)], {
      unit: "s",
      bound: 1,
    }),
    ratio("processor time of 5,000 objects against 1,000", [of(ours, "cpuSeconds"), of(fifth, "cpuSeconds")], {
      unit: "s",
      bound: 5.5,
    }),
    `peak memory: ${peak.toFixed(0)} MB, ${peak <= 400 ? "within" : "OVER"} the bound of 400 MB`,
  ];
}

/** One file, alone and by npm, each beside Node that imports the YAML library and ends, started in the same way. */
async function single(folder: string): Promise<readonly string[]> {
  const flags = ["--manifests", join(folder, "small", "app-0.yaml")];
  const floorFile = join(ROOT, "bench", "yaml-floor.mjs");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts: { floor: `node "${floorFile}"` } }));
  const node = process.execPath;
  return [
    await beside("one file", 21, [
      () => secondsOf(node, [join(ROOT, COMMAND), "readiness", ...flags]),
      () => secondsOf(node, [floorFile]),
    ]),
    await beside("one file by npm run", 7, [
      () => secondsOf("npm", ["run", "readiness", "--", ...flags]),
      () => secondsOf("npm", ["run", "floor"], { cwd: folder }),
    ]),
  ];
}

type Timed = () => Promise<number>;

async function beside(what: string, runs: number, [ours, floor]: readonly [Timed, Timed]): Promise<string> {
  const [mine, floors]: [number[], number[]] = [[], []];
  await ours();
  for (let run = 0; run < runs; run += 1) {
    mine.push(await ours());
    floors.push(await floor());
  }
  return ratio(`${what} against Node importing the YAML library, wall`, [median(mine), median(floors)], {
    unit: "s",
    bound: 1.5,
  });
}

export const bench: Bench = {
  title: "agent-platform readiness, all checks on: a folder of apps with known defects, and one file",
  async run() {
    const folder = mkdtempSync(join(tmpdir(), "readiness-bench-"));
    try {
      return [...(await large(folder)), ...(await single(folder))];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
