import { strict as assert } from "node:assert";
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { smallFileSystem } from "../../support/backup/small-file-system.js";
import { Answering, prepare } from "../../support/recovery/case.js";
import { freePorts, temporaryFolder } from "../../support/servers/process.js";

describe("a full disk under the embedded engine", function () {
  this.timeout(120_000);

  it("at the start and in mid-run: it says so, and goes on once there is room", async function () {
    const disk = await smallFileSystem(this, join(await temporaryFolder("full"), "disk"), 160);
    const ballast = join(disk, "ballast");
    const fill = (): void => {
      try {
        for (;;) appendFileSync(ballast, Buffer.alloc(65536));
      } catch {
        // No page is left.
      }
    };
    const [http = 0] = await freePorts(1);
    const service = new Answering(http);
    await service.start();
    try {
      const { run, ask, writeSite, files } = await prepare(
        "disk-full",
        { verify: ["check-service"], again: ["check-service"] },
        join(disk, "state"),
      );
      const host = `http://127.0.0.1:${http}`;
      await writeSite({ publicUrl: host, regions: { "us-east-1": { url: host } } });
      fill();
      const refused = await run();
      assert.equal(refused.exitCode, 4, refused.stderr);
      assert.match(
        refused.stderr,
        /the engine's database in \S+ cannot be opened: no space left on the device; make room/,
      );
      const [, id = ""] = /^run (\S+)$/m.exec(refused.stderr) ?? [];
      rmSync(ballast);
      assert.equal((await ask("resume", id)).exitCode, 0);
      service.asked = fill;
      const midway = await run();
      // What the engine's database still has room for, it does: the run ends or stands still, and says what is not kept.
      assert.ok(midway.exitCode === 0 || midway.exitCode === 4, midway.stderr);
      assert.match(midway.stderr, /the record in \S+ could not be written: ENOSPC/);
      const [, second = ""] = /^run (\S+)$/m.exec(midway.stderr) ?? [];
      service.asked = () => undefined;
      rmSync(ballast);
      assert.equal((await ask("resume", second)).exitCode, 0);
      assert.deepEqual(await files.ids("finished"), [id, second]);
    } finally {
      await service.stop();
      await runCommand("umount", ["--lazy", disk]);
    }
  });
});
