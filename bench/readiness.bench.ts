import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../common/command.js";
import { ensureKubeScore } from "./kube-score.js";
import type { Bench } from "./main.js";
import { measure, median, ratio, type Usage } from "./measure.js";
import { injected, OBJECTS_PER_APP, writeCorpus } from "./readiness-corpus.js";

const ROOT = join(__dirname, "..");
const COMMAND = "policy/dist/readiness.js";
/** Ready, or with findings: both are an answer. */
const ANSWERED = [0, 5];
const APPS = 1000;

function judge(path: string, out?: string): Promise<Usage> {
  return measure(COMMAND, ["readiness", "--manifests", path, "--json"], { answered: ANSWERED, out });
}

/** Seconds of the whole process; kube-score ends with 1 where it found something. */
async function secondsOf(binary: string, files: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(binary, ["score", "--output-format", "json", ...files], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const code = await new Promise<number>((resolve) => child.on("close", (exit) => resolve(exit ?? -1)));
  if (code !== 0 && code !== 1) throw new Error(`kube-score ended with exit code ${code}`);
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
    theirs.push(await secondsOf(kubeScore, files));
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

async function single(folder: string): Promise<string> {
  const file = join(folder, "small", "app-0.yaml");
  const [ours, floor]: [number[], number[]] = [[], []];
  for (let run = 0; run < 11; run += 1) {
    ours.push((await judge(file)).wallSeconds);
    floor.push((await measure("bench/yaml-floor.mjs")).wallSeconds);
  }
  return ratio("one file against Node importing the YAML library, wall", [median(ours), median(floor)], {
    unit: "s",
    bound: 1.5,
  });
}

export const bench: Bench = {
  title: "Readiness command, compiled, all checks on: a folder of apps with known defects, and one file",
  async run() {
    await runCommand("node", ["--import", "tsx", join(ROOT, "policy", "build.ts")], { cwd: ROOT });
    assert.ok(existsSync(join(ROOT, COMMAND)) && statSync(join(ROOT, COMMAND)).size > 0);
    const folder = mkdtempSync(join(tmpdir(), "readiness-bench-"));
    try {
      return [...(await large(folder)), await single(folder)];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
