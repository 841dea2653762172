import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { stringify } from "yaml";
import { readManifests } from "../../../cli/readiness/manifests.js";
import { applyBaseline } from "../../../cli/readiness/baseline.js";
import { parseConfiguration } from "../../../cli/readiness/configuration.js";
import { formatReport } from "../../../cli/readiness/formats/index.js";
import { exitCodeOf, toReport } from "../../../cli/readiness/report.js";
import { judgeSource } from "../../../cli/readiness/run.js";
import { CHECKS } from "../../../policy/checks/index.js";
import { judge } from "../../../policy/engine/judge.js";
import { viewOfCluster, viewOfObjects } from "../../../cli/readiness/sources/cluster.js";
import { count } from "../../support/counts.js";
import { NOW } from "../support/check.js";
import { deployment, having, without } from "../support/objects.js";

const READY = stringify(deployment());
const BAD = stringify(without(deployment(), "spec.template.spec.containers.0.resources"));

describe("readiness on manifests", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "readiness-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const put = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const faultsOf = (content: string): string[] =>
    readManifests(put("input.yaml", content)).faults.map(({ path, rule }) => `${path.replace(folder, "")} ${rule}`);

  it("names file and line of a malformed document, and judges the others", () => {
    const { objects, faults } = readManifests(put("mixed.yaml", `${READY}---\nkind: [\n---\n${BAD}`));
    assert.equal(objects.length, 2);
    assert.equal(faults.length, 1);
    const line = READY.split("\n").length + 1;
    assert.match(faults[0]!.path, new RegExp(`mixed\\.yaml:(${line - 1}|${line}|${line + 1})$`));
    assert.deepEqual(
      objects.map(({ origin }) => origin.line),
      [1, READY.split("\n").length + 3],
    );
  });

  it("opens Lists, leaves unknown kinds alone, reads JSON", () => {
    const list = stringify({
      apiVersion: "v1",
      kind: "List",
      items: [deployment(), { apiVersion: "x.io/v1", kind: "Widget", spec: 3 }],
    });
    assert.equal(readManifests(put("list.yaml", list)).objects.length, 2);
    assert.deepEqual(faultsOf(list), []);
    assert.equal(readManifests(put("one.json", JSON.stringify(deployment()))).objects.length, 1);
  });

  it("reports what is no object, has no kind, or has wrong types in known fields", () => {
    assert.deepEqual(faultsOf("- a\n- b\n"), ["/input.yaml:1 a document is an object"]);
    assert.deepEqual(faultsOf("name: x\n"), ["/input.yaml:1 an object has a kind"]);
    assert.deepEqual(faultsOf("kind: List\nitems: 3\n"), ["/input.yaml:1 items items is a list"]);
    const wrong = having(having(deployment(), "spec.replicas", "three"), "spec.template.spec.containers", { web: {} });
    assert.deepEqual(faultsOf(stringify(wrong)), [
      "/input.yaml:1 spec.replicas is an integer",
      "/input.yaml:1 spec.template.spec.containers is a list of objects",
    ]);
  });

  it("says when there is nothing to read", () => {
    mkdirSync(join(folder, "empty"));
    assert.match(readManifests(join(folder, "empty")).faults[0]!.rule, /holds no manifest/);
    assert.match(readManifests(join(folder, "absent")).faults[0]!.rule, /cannot be read: ENOENT/);
    assert.match(readManifests(put("binary.yaml", "a\0b")).faults[0]!.rule, /is not text/);
  });

  it("survives anything that YAML can spell in the fields of a workload", () => {
    const path = put("fuzz.yaml", "");
    const field = fc.constantFrom(
      "spec",
      "metadata",
      "spec.template",
      "spec.template.spec",
      "spec.template.spec.containers",
      "spec.replicas",
      "spec.selector",
      "spec.template.metadata",
    );
    return fc.assert(
      fc.asyncProperty(field, fc.jsonValue({ maxDepth: 4 }), async (where, value) => {
        writeFileSync(path, JSON.stringify(having(deployment(), where, value)));
        const report = await judgeSource({ manifests: path }, NOW);
        assert.ok([0, 2, 5].includes(exitCodeOf(report, "fail")));
      }),
      { numRuns: count(150, 10_000) },
    );
  }).timeout(900_000);

  it("projects one result model into every format, exemptions and baseline visible in each", async () => {
    const exempt = having(without(deployment(), "spec.template.spec.containers.0.resources"), "metadata.annotations", {
      "exempt.agent-platform.io/resource-limits": "2027-01-31: <batch> & only",
    });
    const report = await judgeSource({ manifests: put("exempt.yaml", stringify(exempt)) }, NOW);
    const limits = report.results.find((result) => result.check === "resource-limits")!;
    assert.equal(limits.suppressed?.reason, "<batch> & only");
    const text = async (options: object): Promise<string> => [...(await formatReport(report, options))].join("");
    const json = JSON.parse(await text({ json: true })) as { results: unknown[]; summary: { suppressed: number } };
    assert.equal(json.results.length, report.results.length);
    assert.equal(json.summary.suppressed, 1);
    const sarif = JSON.parse(await text({ sarif: true })) as {
      runs: { results: { ruleId: string; suppressions: unknown[] }[] }[];
    };
    assert.equal(sarif.runs[0]?.results.find((result) => result.ruleId === "resource-limits")?.suppressions.length, 1);
    assert.match(await text({ junit: true }), /<!\[CDATA\[exempt until 2027-01-31: <batch> & only\]\]>/);
    assert.match(await text({ markdown: true }), /\\<batch\\> & only/);
    assert.match(await text({}), /exempt until 2027-01-31: <batch> & only/);
  });

  it("judges only what is new against a baseline", async () => {
    const path = put("bad.yaml", BAD);
    const before = await judgeSource({ manifests: path }, NOW);
    assert.equal(exitCodeOf(before, "fail"), 5);
    const baseline = put("baseline.txt", [...(await formatReport(before, { json: true }))].join(""));
    const same = toReport(applyBaseline(before.results, baseline));
    assert.equal(exitCodeOf(same, "fail"), 0);
    assert.ok(same.summary.known > 0);
    const worse = put(
      "bad.yaml",
      stringify(
        having(without(deployment(), "spec.template.spec.containers.0.resources"), "spec.template.spec.hostPID", true),
      ),
    );
    assert.equal(exitCodeOf(await judgeSource({ manifests: worse, baseline }, NOW), "fail"), 5);
    await assert.rejects(judgeSource({ manifests: path, baseline: path }, NOW), /baseline cannot be used/);
  });

  it("refuses unknown checks, parameters and levels in the configuration, each by name", () => {
    const content = {
      "resource-limit": "disabled",
      hpa: { maximun: 3 },
      pdb: "mandatry",
      "image-tag": { digest: "yes" },
    };
    const { faults } = parseConfiguration(content, { file: "rules.json", now: NOW });
    assert.deepEqual(
      faults?.map(({ path }) => path),
      ["rules.json resource-limit", "rules.json hpa.maximun", "rules.json pdb", "rules.json image-tag.digest"],
    );
  });

  it("judges what a cluster lists, and names what it may not list or cannot reach", async () => {
    const facts = { now: NOW };
    const refuse = Object.assign(new Error("no"), { code: 403 });
    const { view, faults } = await viewOfObjects(
      (_, kind) =>
        kind === "Deployment"
          ? Promise.resolve([deployment()])
          : kind === "Role"
            ? Promise.reject(refuse)
            : Promise.resolve([]),
      "prod",
      facts,
    );
    assert.equal(view.workloads.length, 1);
    assert.deepEqual(
      faults.map(({ path }) => path),
      ["prod Role"],
    );
    const results = judge(CHECKS, view);
    const statusesOf = (id: string) => results.filter(({ check }) => check === id).map(({ status }) => status);
    assert.deepEqual(statusesOf("rbac"), ["n/a"], "what binds its account may not be seen");
    assert.deepEqual(statusesOf("resource-limits"), ["pass"], "needs the Deployment alone");
    assert.deepEqual(statusesOf("network-policy"), ["fail"], "policies could be listed, and there are none");
    await assert.rejects(
      viewOfObjects(() => Promise.reject(new Error("ECONNREFUSED")), "prod", facts),
      /cannot be read/,
    );
    await assert.rejects(
      viewOfCluster({ context: "prod", kubeconfig: put("kubeconfig.txt", "apiVersion: v1\nkind: Config\n") }, facts),
      /cannot be opened/,
    );
  });
});
