import { strict as assert } from "node:assert";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import { runCommand, type CommandResult } from "../../../common/command.js";
import { startGitHub } from "../../support/github-stub.js";
import { root } from "../../support/stacks.js";

interface Step {
  readonly name?: string;
  readonly run?: string;
}

const folder = join(root, ".github", "workflows");
const steps = readdirSync(folder).flatMap((file) => {
  const { jobs } = parse(readFileSync(join(folder, file), "utf8")) as { jobs: Record<string, { steps: Step[] }> };
  return Object.entries(jobs).flatMap(([job, { steps: list }]) =>
    list.flatMap(({ run }) => (run === undefined ? [] : [{ where: `${file} ${job}`, run: run.trim() }])),
  );
});

/** Steps that are not run here, each with the reason. */
const elsewhere: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^npm (run lint|test|run docs:generate)|^npm run --silent bench/, "is what this repository's own checks run anyway"],
  [/^pulumi preview --refresh/, "needs a stack that is deployed; ci drift is run on its output below"],
  [/^docker run/, "needs a container engine; backup verify runs in the suite operations"],
  [/^bash -euo pipefail -c/, "is the service's own command"],
  [/cosign/, "needs a registry and GitHub's identity"],
  [/^npm run (--silent )?recover|^npm run --silent recover/, "the suite operations carries plans through"],
];

const written = ["reports", "plans", "drift"].map((name) => join(root, name));

describe("workflow steps on this machine", function () {
  this.timeout(600_000);
  let tools = "";
  let summary = "";
  const ran = new Set<string>();

  before(() => {
    tools = mkdtempSync(join(tmpdir(), "steps-"));
    summary = join(tools, "summary.md");
    // Stands in for the engine: says what it was asked, and answers as it would for a stack that runs.
    writeFileSync(
      join(tools, "pulumi"),
      `#!/bin/sh\necho "$*" >> ${join(tools, "asked.txt")}\ncase "$*" in *output*) echo '{"regions":{}}';; *preview*) cat ${join(tools, "changes.json")};; esac\n`,
    );
    chmodSync(join(tools, "pulumi"), 0o755);
    writeFileSync(join(tools, "changes.json"), JSON.stringify(changes([])));
    mkdirSync(join(root, "drift"), { recursive: true });
    for (const stack of ["staging", "production"]) {
      writeFileSync(
        join(root, "drift", `${stack}.json`),
        JSON.stringify(changes(stack === "staging" ? ["update"] : [])),
      );
    }
  });
  after(() => {
    for (const path of [tools, ...written]) rmSync(path, { recursive: true, force: true });
  });

  /** Runs a workflow's step as the runner does. */
  async function run(pattern: RegExp, env: Readonly<Record<string, string>>): Promise<CommandResult> {
    const step = steps.find((candidate) => pattern.test(candidate.run));
    assert.ok(step, String(pattern));
    for (const { run: text } of steps.filter((candidate) => pattern.test(candidate.run))) ran.add(text);
    return await runCommand("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run], {
      cwd: root,
      env: {
        PATH: `${tools}${delimiter}${process.env.PATH ?? ""}`,
        GITHUB_STEP_SUMMARY: summary,
        NO_COLOR: "1",
        ...env,
      },
      allowExitCodes: [1, 2, 3, 4, 5],
    });
  }

  it("preview and readiness, offline", async () => {
    const { exitCode, stderr } = await run(/--markdown --html/, { STACK: "local" });
    assert.equal(exitCode, 0, stderr);
    assert.match(readFileSync(join(root, "reports", "local.html"), "utf8"), /^<!doctype html>/);
    assert.equal((await run(/^cat "reports/, { STACK: "local" })).exitCode, 0);
    assert.match(readFileSync(summary, "utf8"), /# Stack local[\s\S]*Production readiness/);
    const ready = await run(/^npm run readiness/, { STACK: "production" });
    assert.equal(ready.exitCode, 0, ready.stderr);
  });

  it("missing secrets and variables fail first, each by name", async () => {
    const all = steps.filter(({ run: text }) => /ci -- require/.test(text));
    assert.ok(all.length >= 6);
    for (const { run: text } of all) {
      ran.add(text);
      const names = text.split("require ")[1]?.split(" ") ?? [];
      const [first = "", ...rest] = names;
      const env = { ...Object.fromEntries(names.map((name) => [name, ""])), [first]: "set" };
      const { exitCode, stderr } = await runCommand("bash", ["-c", text], { cwd: root, env, allowExitCodes: [2] });
      assert.equal(exitCode, 2);
      for (const name of rest) assert.ok(stderr.includes(`${name}: must be set`), name);
      assert.ok(!stderr.includes(`${first}: must`));
    }
  });

  it("plans each stage with the policy pack, reports, and delivers by the plans", async () => {
    const planned = await run(/ci -- plan/, { STACK: "production" });
    assert.equal(planned.exitCode, 0, planned.stderr);
    const asked = readFileSync(join(tools, "asked.txt"), "utf8");
    assert.match(
      asked,
      /preview .*--policy-pack policy .*--target urn:pulumi:production::\*::\*\*::us-west1\*\*.*--save-plan plans\/us-west1\.plan\.json/,
    );
    assert.match(asked, /--exclude urn:pulumi:production::\*::\*\*::us-west1\*\*.*--save-plan plans\/rest\.plan\.json/);
    assert.ok(existsSync(join(root, "plans", "changes.json")));
    assert.equal((await run(/--changes plans\/changes\.json/, { STACK: "production" })).exitCode, 0);
    assert.match(
      readFileSync(join(root, "reports", "production.md"), "utf8"),
      /^# Stack production\n\n## ✅ No changes/,
    );
    for (const level of ["never", "protected"])
      assert.equal((await run(new RegExp(`^npm run ci -- risk.*${level}`), {})).exitCode, 0);
    assert.equal((await run(/risk plans\/changes\.json --markdown/, {})).exitCode, 0);
  });

  it("stops where something protected would go", async () => {
    writeFileSync(join(root, "plans", "changes.json"), JSON.stringify(changes(["delete"], true)));
    const { exitCode, stdout } = await run(/risk.*--fail-on protected/, {});
    assert.equal(exitCode, 5);
    assert.match(stdout, /1 protected resources/);
  });

  it("delivers in order", async () => {
    const step = steps.find(({ run: text }) => /ci -- deliver/.test(text));
    assert.ok(step);
    ran.add(step.run);
    const { stdout } = await runCommand("bash", ["-c", `${step.run} --dry-run`], {
      cwd: root,
      env: { STACK: "production", WAIT_SECONDS: "600" },
    });
    const order = [
      "--target",
      "us-west1.agent-api.example.com",
      "promote --stack production --region us-west1",
      "wait",
      "--exclude",
      "canary.agent-api.example.com",
      "promote --stack production",
      "wait",
      "https://agent-api.example.com",
    ];
    let at = 0;
    for (const text of order) {
      const found = stdout.indexOf(text, at);
      assert.ok(found >= at, `${text} in\n${stdout}`);
      at = found + text.length;
    }
  });

  it("writes one comment, and one issue about drift", async () => {
    const github = await startGitHub();
    const event = join(tools, "event.json");
    writeFileSync(event, JSON.stringify({ pull_request: { number: 7 } }));
    const env = {
      GITHUB_API_URL: github.url,
      GITHUB_REPOSITORY: "o/r",
      GITHUB_TOKEN: "good",
      GITHUB_EVENT_PATH: event,
    };
    mkdirSync(join(root, "reports"), { recursive: true });
    for (const stack of ["local", "staging", "production"])
      writeFileSync(join(root, "reports", `${stack}.md`), `# Stack ${stack}\n`);
    try {
      for (const said of [/commented on pull request 7/, /updated the comment/]) {
        const { stdout, stderr, exitCode } = await run(/ci -- comment/, env);
        assert.equal(exitCode, 0, stderr);
        assert.match(stdout, said);
      }
      assert.equal(github.comments.size, 1);
      assert.match(github.comments.get(1) ?? "", /Stack production[\s\S]*Stack staging[\s\S]*Stack local/);
      for (const said of [/opened issue 1/, /updated issue 1/])
        assert.match((await run(/ci -- drift/, env)).stdout, said);
      writeFileSync(join(root, "drift", "staging.json"), JSON.stringify(changes([])));
      assert.match((await run(/ci -- drift/, env)).stdout, /closed issue 1/);
      const refused = await run(/ci -- drift/, { ...env, GITHUB_TOKEN: "bad" });
      assert.equal(refused.exitCode, 3);
      assert.match(refused.stderr, /does the job have the permission/);
    } finally {
      await github.stop();
    }
  });

  it("leaves out no step without a reason", () => {
    const left = steps.filter(({ run: text }) => !ran.has(text));
    const reasons = left.map((step) => ({
      ...step,
      reason: elsewhere.find(([pattern]) => pattern.test(step.run))?.[1],
    }));
    for (const { where, run: text, reason } of reasons) {
      if (reason !== undefined)
        process.stdout.write(`    not run here: ${where}: ${text.split("\n")[0] ?? ""} (${reason})\n`);
    }
    assert.deepEqual(
      reasons.filter(({ reason }) => reason === undefined).map(({ where, run: text }) => `${where}: ${text}`),
      [],
    );
  });
});

/** What the engine's preview says of one bucket. */
function changes(ops: readonly string[], kept = false): object {
  const urn =
    "urn:pulumi:staging::agent-platform::agent-platform:backups:S3Vault$aws:s3/bucket:Bucket::vault-us-east-1-redis";
  const parent = "urn:pulumi:staging::agent-platform::agent-platform:backups:S3Vault::vault-us-east-1";
  return { steps: ops.map((op) => ({ op, urn, oldState: { parent, protect: kept } })), diagnostics: [] };
}
