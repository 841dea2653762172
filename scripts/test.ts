// `npm test`: runs every suite (or those that are named) in its own mocha process and closes with one line of counts.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { banner, suites, type Suite } from "./suites.js";

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What mocha printed of the tests that failed; empty where none did. */
  readonly failures: string;
}

const root = join(__dirname, "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { soak: { type: "boolean" }, coverage: { type: "boolean" }, grep: { type: "string" } },
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);

function mochaArguments(suite: Suite): string[] {
  const mocha = ["node_modules/mocha/bin/mocha.js", `test/${suite.name}/**/*.test.ts`];
  if (suite.jobs !== undefined) mocha.push("--parallel", "--jobs", String(suite.jobs));
  if (values.grep !== undefined) mocha.push("--grep", values.grep);
  if (values.coverage !== true) return mocha;
  return ["node_modules/c8/bin/c8.js", "--reporter=text-summary", "--reporter=lcov", process.execPath, ...mocha];
}

function countOf(output: string, word: string): number {
  return Number(new RegExp(`^\\s*(\\d+) ${word}`, "m").exec(output)?.[1] ?? 0);
}

/** From mocha's count of failing tests to its end: each one's name, and why. */
function failuresIn(output: string, suite: Suite, exitCode: number): string {
  const told = /^ *\d+ failing$[\s\S]*/m.exec(output)?.[0].trimEnd();
  if (told !== undefined) return `── ${suite.name}: ${told.trimStart()}`;
  return exitCode === 0
    ? ""
    : `── ${suite.name}: ended with exit code ${exitCode} and no failing test, after:\n${output.slice(-2000)}`;
}

async function runSuite(suite: Suite): Promise<Outcome> {
  const started = performance.now();
  say(`\n${banner(suite)}`);
  const child = spawn(process.execPath, mochaArguments(suite), {
    cwd: root,
    env: { ...process.env, AGENT_PLATFORM_SOAK: values.soak === true ? "1" : "" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += stripVTControlCharacters(chunk.toString());
    process.stdout.write(chunk);
  });
  const exitCode = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  const minutes = (performance.now() - started) / 60_000;
  const overBudget = values.soak !== true && process.env.CI === undefined && minutes > suite.budgetMinutes;
  say(`   ${suite.name} took ${minutes.toFixed(1)} min${overBudget ? `, over its budget` : ""}`);
  const failed = countOf(output, "failing");
  return {
    passed: countOf(output, "passing"),
    // A suite that ended badly without a failing test (it did not load, or ran none) is a failure all the same.
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: countOf(output, "pending"),
    failures: failuresIn(output, suite, exitCode),
  };
}

async function main(): Promise<void> {
  const unknown = positionals.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`no such suite: ${unknown.join(", ")} (there are ${suites.map((s) => s.name).join(", ")})\n`);
    process.exit(2);
  }
  const chosen = suites.filter(
    (suite) =>
      (positionals.length === 0 || positionals.includes(suite.name)) && existsSync(join(root, "test", suite.name)),
  );
  const outcomes: Outcome[] = [];
  for (const suite of chosen) outcomes.push(await runSuite(suite));
  const total = (count: "passed" | "failed" | "skipped"): number =>
    outcomes.reduce((sum, outcome) => sum + outcome[count], 0);
  // Told once more at the end, where a log of half an hour is looked at first.
  for (const { failures } of outcomes) if (failures !== "") say(`\n${failures}`);
  say(`\n${total("passed")} passed, ${total("failed")} failed, ${total("skipped")} skipped`);
  process.exit(total("failed") > 0 || total("passed") === 0 ? 1 : 0);
}

void main();
