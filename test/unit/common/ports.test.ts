import { strict as assert } from "node:assert";
import { createServer } from "node:net";
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
    // Asked for as many in a row as there are below it, the row that holds the port is never given.
    const rows = await freePorts(50, 100);
    assert.deepEqual(
      rows.filter((first) => first <= port && port < first + 100),
      [],
    );
    await new Promise((resolve) => server.close(resolve));
  });
});
