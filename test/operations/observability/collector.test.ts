import { strict as assert } from "node:assert";
import { stackConfig } from "../../support/stack-config.js";
import { renderedConfig } from "../../support/collector/chart.js";
import { validateConfig } from "../../support/servers/collector.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { ensureServer } from "../../../operations/local/servers/ensure.js";

describe("the collector's configuration, asked of the collector", function () {
  this.timeout(60_000);
  let folder: string;

  before(async function () {
    this.timeout(900_000);
    await ensureServer("otelcol");
    folder = await temporaryFolder("collector");
  });

  it("is accepted with each choice of exporter", async () => {
    for (const choice of [{}, { endpoint: "tempo.example.com:4317" }, { endpoint: "10.0.0.1:4317", insecure: true }]) {
      assert.equal(
        await validateConfig(folder, stackConfig({ observability: { export: choice } })),
        "",
        JSON.stringify(choice),
      );
    }
  });

  it("is refused where a part of it is none of the collector's", async () => {
    const config = renderedConfig(stackConfig());
    const refused = async (change: object) => await validateConfig(folder, { ...config, ...change });
    assert.match(await refused({ exporters: { ...config.exporters, debug: { verbosity: "chatty" } } }), /verbosity/);
    assert.match(await refused({ receivers: { ...config.receivers, jaeger: {} } }), /unknown type: "jaeger"/);
    assert.match(await refused({ processors: { batch: {} } }), /references processor "\w+" which is not configured/);
  });
});
