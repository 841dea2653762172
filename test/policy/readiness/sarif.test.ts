import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { stringify } from "yaml";
import { applyBaseline } from "../../../cli/readiness/baseline.js";
import { formatReport } from "../../../cli/readiness/formats/index.js";
import { toReport } from "../../../cli/readiness/report.js";
import { judgeSource } from "../../../cli/readiness/run.js";
import { NOW } from "../support/check.js";
import { sarifSchema } from "../support/sarif-schema.js";
import { deployment, having, without } from "../support/objects.js";

interface SarifResult {
  readonly ruleId: string;
  readonly baselineState?: string;
  readonly suppressions: readonly { readonly kind: string; readonly justification: string }[];
}

describe("SARIF", () => {
  let validate: ValidateFunction;
  let folder: string;
  before(async function () {
    this.timeout(120_000);
    folder = mkdtempSync(join(tmpdir(), "sarif-"));
    // Formats (URI, date) are annotations to this validator.
    validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(await sarifSchema());
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const sarifOf = async (content: string, baseline?: string): Promise<{ runs: { results: SarifResult[] }[] }> => {
    const path = join(folder, "a file.yaml");
    writeFileSync(path, content);
    const report = await judgeSource({ manifests: path }, NOW);
    const known = baseline === undefined ? report : toReport(applyBaseline(report.results, baseline), report.faults);
    const text = [...(await formatReport(known, { sarif: true }))].join("");
    const log = JSON.parse(text) as { runs: { results: SarifResult[] }[] };
    assert.ok(validate(log), JSON.stringify(validate.errors, undefined, 1));
    return log;
  };
  const bad = without(deployment(), "spec.template.spec.containers.0.resources");

  it("validates against the 2.1.0 schema: without findings, with findings, with faults of the input", async () => {
    assert.equal(validate({ version: "2.1.0" }), false, "the schema refuses what is no log");
    await sarifOf(stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: "empty" } }));
    await sarifOf(stringify(bad));
    await sarifOf(`${stringify(bad)}---\nkind: [\n---\nreplicas: 1\n`);
  });

  it("shows exempted findings as suppressions, from the object and from the configuration", async () => {
    const exempt = having(bad, "metadata.annotations", {
      "exempt.agent-platform.io/resource-limits": "2027-01-31: batch only",
    });
    const { runs } = await sarifOf(stringify(exempt));
    const limits = runs[0]?.results.find(({ ruleId }) => ruleId === "resource-limits");
    assert.deepEqual(limits?.suppressions, [
      { kind: "inSource", status: "accepted", justification: "batch only (until 2027-01-31)" },
    ]);
  });

  it("marks what a baseline holds as unchanged", async () => {
    const path = join(folder, "a file.yaml");
    writeFileSync(path, stringify(bad));
    const before = await judgeSource({ manifests: path }, NOW);
    const baseline = join(folder, "baseline.txt");
    writeFileSync(baseline, [...(await formatReport(before, { json: true }))].join(""));
    const { runs } = await sarifOf(stringify(bad), baseline);
    const states = new Set(runs[0]?.results.map(({ baselineState }) => baselineState));
    assert.deepEqual([...states], ["unchanged"]);
  });
});
