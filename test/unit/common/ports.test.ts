import { strict as assert } from "node:assert";
import { createServer } from "node:net";
import { projectRoot } from "../../../cli/root.js";
import { runCommand } from "../../../common/command.js";
import { freePorts } from "../../../common/ports.js";

describe("free ports", () => {
  it("are different, free, and none that an outgoing connection may take meanwhile", async () => {
    const ports = await freePorts(50);
    assert.equal(new Set(ports).size, 50);
    for (const port of ports) {
      assert.ok(port < 32_768, String(port));
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(port, "127.0.0.1", resolve);
      });
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("are the first of as many in a row as are asked for, and no two rows share one", async () => {
    const firsts = (await freePorts(20, 3)).sort((one, other) => one - other);
    assert.equal(firsts.length, 20);
    for (const [index, first] of firsts.entries()) assert.ok(first >= (firsts[index - 1] ?? 0) + 3, String(firsts));
  });

  it("are free at every address of the machine", async () => {
    const server = createServer();
    const [port = 0] = await freePorts(1);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.2", resolve));
    // As many as there are to draw from before the first comes round again, and more.
    for (let draw = 0; draw < 5; draw += 1) assert.ok(!(await freePorts(50)).includes(port));
    await new Promise((resolve) => server.close(resolve));
  });

  it("are no other process's, though nobody listens on them", async () => {
    const words =
      "import('./common/ports.ts').then(async ({ freePorts }) => console.log((await freePorts(50)).join()))";
    const { stdout } = await runCommand(process.execPath, ["--import", "tsx", "--eval", words], { cwd: projectRoot });
    const [theirs, ours] = [stdout.trim().split(",").map(Number), await freePorts(50)];
    // Apart as a whole: drawn from one range they would lie among each other.
    assert.ok(Math.max(...theirs) < Math.min(...ours) || Math.max(...ours) < Math.min(...theirs));
  });
});
