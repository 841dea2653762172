import { strict as assert } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RunFiles } from "../../../operations/recovery/run/files.js";
import { recover } from "../../support/recovery/command.js";
import { finishedRun } from "../../support/recovery/finished.js";
import { temporaryFolder } from "../../support/servers/process.js";

describe("status with many runs kept", function () {
  this.timeout(60_000);

  // How long it takes beside a single run is for `npm run bench -- status`.
  it("lists the last five of 1,000 finished runs and counts the others", async () => {
    const folder = await temporaryFolder("status");
    const url = "http://127.0.0.1:9";
    const control = { uri: `file://${join(folder, "control")}` };
    const site = {
      stack: "production",
      publicUrl: url,
      primary: "us-east-1",
      regions: { "us-east-1": { url } },
      control,
    };
    await writeFile(join(folder, "site.json"), JSON.stringify(site));
    const files = new RunFiles(join(folder, "state"), "production");
    for (let index = 0; index < 1_000; index += 1) await files.write(finishedRun(index), "finished");
    const where = ["--site", join(folder, "site.json"), "--state", join(folder, "state")];
    const { exitCode, stdout } = await recover(["status", ...where]);
    assert.equal(exitCode, 0);
    const lines = stdout.trim().split("\n");
    const last = [995, 996, 997, 998, 999].map((index) => `20260101-000${index}-region-outage-0000: completed, `);
    assert.deepEqual(
      lines.slice(0, 5).map((line, index) => line.startsWith(last[index]!)),
      Array(5).fill(true),
      stdout,
    );
    assert.match(lines[5] ?? "", /^and 995 older ones in /);
  });
});
