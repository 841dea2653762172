import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { drawDashboard, format } from "../../../scripts/dashboards/draw.js";
import { picturedDashboards } from "../../../scripts/dashboards/digest.js";
import { stackConfig } from "../../support/stack-config.js";

const root = join(__dirname, "../../..");
const pictures = picturedDashboards(stackConfig());

describe("pictures of the dashboards", () => {
  it("are there, and were drawn of the dashboards as they are now (npm run docs:dashboards)", () => {
    const stale = pictures.filter(({ path, digest }) => {
      const file = join(root, path);
      return !existsSync(file) || !readFileSync(file, "utf8").includes(`<desc>digest ${digest}</desc>`);
    });
    assert.deepEqual(
      stale.map(({ path }) => path),
      [],
    );
  });

  it("are shown in docs/observability.md, every one", () => {
    const text = readFileSync(join(root, "docs/observability.md"), "utf8");
    for (const { path } of pictures) assert.ok(text.includes(`](${path.replace("docs/", "")})`), path);
  });

  it("have a panel's title, its lines' names and its bound, and say so where there is no data", () => {
    const [service] = pictures;
    assert.ok(service);
    const [requests, errors] = service.dashboard.panels;
    assert.ok(requests && errors);
    const points = [0, 1, 2].map((at) => [at * 60, at] as const);
    const drawn = drawDashboard(service.dashboard, new Map([[errors, [{ name: "failed share", points }]]]), "d");
    for (const text of ["Agent: service", requests.title, errors.title, "failed share", "digest d"]) {
      assert.ok(drawn.includes(text), text);
    }
    assert.match(drawn, /stroke-dasharray/);
    const stat = { ...service.dashboard, panels: [{ ...requests, type: "stat" }] };
    assert.match(drawDashboard(stat, new Map(), "d"), /no data/);
  });

  it("write values in their unit", () => {
    const written = [
      [0.0123, "percentunit"],
      [90, "s"],
      [0.25, "s"],
      [172_800, "s"],
      [123.456, "reqps"],
      [1, "bool_on_off"],
      [12.3456, "short"],
    ] as const;
    assert.deepEqual(
      written.map(([value, unit]) => format(value, unit)),
      ["1.23 %", "1.5 min", "250 ms", "2 d", "123/s", "on", "12.3"],
    );
  });
});
