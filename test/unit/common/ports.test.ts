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
});
