import { strict as assert } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { grafanaDashboard } from "../../../components/observability/dashboards/panel.js";
import { dashboards } from "../../../components/observability/dashboards/table.js";
import { ensureRecipe } from "../../../operations/local/servers/ensure.js";
import { removeFolder, temporaryFolder } from "../../support/servers/process.js";
import { stackConfig } from "../../support/stack-config.js";

const recipe = { module: { folder: join(__dirname, "schema") }, mainPackage: ".", version: "0.0.22", seconds: 15 };
const built = dashboards(stackConfig()).map(grafanaDashboard);

describe("dashboards, held against Grafana's published types", function () {
  this.timeout(60_000);
  let program = "";
  let folder = "";

  before(async function () {
    this.timeout(300_000);
    program = await ensureRecipe("grafana-schema", recipe);
    folder = await temporaryFolder("dashboards");
  });
  after(async () => await removeFolder(folder));

  async function faults(boards: Readonly<Record<string, unknown>>): Promise<string> {
    const files = Object.entries(boards).map(([name, board]) => [join(folder, `${name}.json`), board] as const);
    for (const [file, board] of files) await writeFile(file, JSON.stringify(board));
    const { stderr } = await runCommand(
      program,
      files.map(([file]) => file),
      { allowExitCodes: [1] },
    );
    return stderr.replaceAll(`${folder}/`, "");
  }

  it("are accepted, every one", async () => {
    assert.equal(built.length, 5);
    assert.equal(await faults(Object.fromEntries(built.map((board) => [board.uid, board]))), "");
  });

  it("would be refused with a field of another name or type, a missing one, or a panel that Grafana does not have", async () => {
    const [board] = built;
    assert.ok(board);
    const [panel] = board.panels;
    assert.ok(panel);
    const [target] = panel.targets;
    const withPanel = (change: object) => ({ ...board, panels: [{ ...panel, ...change }] });
    const defaults = (change: object) =>
      withPanel({ fieldConfig: { ...panel.fieldConfig, defaults: { ...panel.fieldConfig.defaults, ...change } } });
    const said = await faults({
      annotations: { ...board, annotations: undefined },
      unknown: { ...board, folder: "agents" },
      version: { ...board, schemaVersion: "42" },
      place: withPanel({ gridPos: { ...panel.gridPos, w: 25 } }),
      kind: withPanel({ type: "timeserie" }),
      query: withPanel({ targets: [{ ...target, expression: "up" }] }),
      source: withPanel({ targets: [{ ...target, datasource: { type: "loki" } }] }),
      unit: defaults({ unit: 5 }),
      line: defaults({ custom: { thresholdsStyle: { mode: "lines", color: "red" } } }),
    });
    for (const expected of [
      /^annotations\.json: annotations: required field is missing/m,
      /^unknown\.json: Dashboard: unexpected field 'folder'/m,
      /^version\.json: schemaVersion: json: cannot unmarshal string/m,
      /^place\.json: .*gridPos.*<= 24/m,
      /^kind\.json: panels\[0\]\.type: unknown kind "timeserie"/m,
      /^query\.json: panels\[0\]\.targets\[0\]\.Dataquery: unexpected field 'expression'/m,
      /^source\.json: panels\[0\]\.targets\[0\]: is no query of a Prometheus of its own/m,
      /^unit\.json: panels\[0\]\.fieldConfig: json: cannot unmarshal number/m,
      /^line\.json: .*thresholdsStyle/m,
    ]) {
      assert.match(said, expected);
    }
  });
});
