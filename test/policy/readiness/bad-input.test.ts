import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { stringify } from "yaml";
import { readManifests } from "../../../cli/readiness/manifests.js";
import { exitCodeOf } from "../../../cli/readiness/report.js";
import { judgeSource } from "../../../cli/readiness/run.js";
import { count } from "../../support/counts.js";
import { NOW } from "../support/check.js";
import { deployment, service, without } from "../support/objects.js";

const ROOT = join(__dirname, "..", "..", "..");
const READY = stringify(deployment());

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command in a process of its own, as a pipeline runs it. */
async function readiness(args: readonly string[], input?: string): Promise<Answer> {
  const child = spawn(process.execPath, ["--import", "tsx", "cli/readiness/bin.ts", "readiness", ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1" },
  });
  const answer = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (answer.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (answer.err += chunk.toString()));
  child.stdin.end(input ?? "");
  const code = await new Promise<number>((resolve) => child.on("close", (exit) => resolve(exit ?? -1)));
  return { code, ...answer };
}

describe("readiness on bad input", function () {
  this.timeout(300_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "bad-input-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const put = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it("names each fault with file and line, judges the other files, and ends with 2", async () => {
    put("good.yaml", READY);
    put("malformed.yaml", "kind: Pod\nmetadata:\n  name: [\n");
    put("truncated.yaml", `${stringify(service())}---\n${READY.slice(0, 180)}\n    "`);
    put("no-kind.yaml", "apiVersion: v1\nmetadata: { name: a }\n");
    put("wrong-type.yaml", READY.replace("replicas: 3", "replicas: three"));
    put("scalar.yaml", "just words\n");
    put("custom.yaml", stringify({ apiVersion: "x.io/v1", kind: "Widget", spec: { size: 3 } }));
    const { code, out, err } = await readiness(["--manifests", folder, "--json"]);
    assert.equal(code, 2, err);
    for (const expected of [
      /malformed\.yaml:\d+: .*is no YAML/,
      /truncated\.yaml:\d+: .*is no YAML/,
      /no-kind\.yaml:1: .*an object has a kind/,
      /wrong-type\.yaml:1 spec\.replicas: .*is an integer/,
      /scalar\.yaml:1: .*a document is an object/,
    ]) {
      assert.match(err, expected);
    }
    assert.doesNotMatch(err, /custom\.yaml|good\.yaml|\bat .*\.ts:\d+/);
    const { results } = JSON.parse(out) as { results: { file: string }[] };
    const judged = new Set(results.map(({ file }) => file.split("/").at(-1)));
    assert.ok(
      judged.has("good.yaml") && judged.has("truncated.yaml") && judged.has("wrong-type.yaml"),
      [...judged].join(),
    );
  });

  it("ends with 2 for an empty folder, an absent path, an unreachable cluster, an unknown check or context", async () => {
    mkdirSync(join(folder, "empty"));
    const kubeconfig = put(
      "kubeconfig.yml",
      stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "c", cluster: { server: "http://127.0.0.1:9" } }],
        users: [{ name: "u", user: {} }],
        contexts: [{ name: "gone", context: { cluster: "c", user: "u" } }],
      }),
    );
    const config = put("rules.json", JSON.stringify({ "resource-limit": "disabled" }));
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [["--manifests", join(folder, "empty")], /holds no manifest/],
      [["--manifests", join(folder, "absent")], /cannot be read: ENOENT/],
      [["--context", "gone", "--kubeconfig", kubeconfig], /context gone cannot be read/],
      [
        ["--context", "other", "--kubeconfig", kubeconfig],
        /kubeconfig\.yml: has no cluster for context other.*contexts: gone/s,
      ],
      [["--stack", "production", "--kubeconfig", kubeconfig], /--kubeconfig.*--context NAME; or leave it out/s],
      [["--manifests", put("good.yaml", READY), "--config", config], /rules\.json resource-limit/],
      [["--manifests", join(folder, "good.yaml"), "--only", "resource-limit"], /unknown check/],
      [["--nonsense"], /unknown option/],
    ];
    const answers = await Promise.all(cases.map(async ([args, message]) => ({ message, ...(await readiness(args)) })));
    for (const { code, err, message } of answers) {
      assert.match(err, message);
      assert.equal(code, 2, err);
    }
  });

  it("reads standard input, typed lists, and ends with 5 where it finds something", async () => {
    const { apiVersion, kind, ...item } = without(deployment(), "spec.template.spec.containers.0.resources");
    const list = stringify({ apiVersion, kind: `${kind}List`, items: [item] });
    const { code, out } = await readiness(["--manifests", "-", "--only", "resource-limits"], list);
    assert.equal(code, 5);
    assert.match(out, /Deployment\/agents\/web/);
  });

  it("judges a file of 50 MB", async () => {
    const documents = Math.ceil((50 * 2 ** 20) / (READY.length + 4));
    const file = put("large.yaml", "");
    const content = Array.from({ length: documents }, (_, index) => READY.replace("name: web", `name: web-${index}`));
    writeFileSync(file, content.join("---\n"));
    const { code, out, err } = await readiness(["--manifests", file, "--only", "resource-limits,image-tag", "--json"]);
    assert.equal(code, 0, err);
    assert.equal((JSON.parse(out) as { results: unknown[] }).results.length, 2 * documents);
  });

  it("neither crashes nor passes over a file that is cut or garbled anywhere", () => {
    const source = `${READY}---\n${stringify(service())}`;
    const path = put("cut.yaml", "");
    const position = fc.nat({ max: source.length });
    return fc.assert(
      fc.asyncProperty(position, position, fc.string({ maxLength: 6, unit: "binary" }), async (from, to, filler) => {
        const [start, end] = [Math.min(from, to), Math.max(from, to)];
        writeFileSync(path, source.slice(0, start) + filler + source.slice(end));
        const { objects, faults } = readManifests(path);
        assert.ok(objects.length + faults.length > 0, "a silent skip");
        assert.ok(faults.every((fault) => fault.path.startsWith(path) && fault.rule !== "" && fault.fix !== ""));
        const report = await judgeSource({ manifests: path }, NOW);
        const code = exitCodeOf(report, "fail");
        assert.equal(code === 2, report.faults.length > 0);
      }),
      { numRuns: count(150, 10_000) },
    );
  });
});
