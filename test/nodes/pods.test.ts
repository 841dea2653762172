import assert from "node:assert/strict";
import { poll } from "../../common/poll.js";
import type { LocalPlatform } from "../../operations/local/platform.js";
import { holds } from "../../operations/local/servers/region/conditions.js";
import { restricted } from "../../operations/local/system/restricted.js";
import { openWay } from "../../operations/local/way.js";
import { sharedPlatform, standInImage } from "./platform.js";

describe("pods on real nodes", function () {
  this.timeout(10 * 60_000);
  let platform: LocalPlatform;

  before(async function () {
    platform = await sharedPlatform(this);
  });

  it("run in both regions, as the restricted level wants them", async () => {
    for (const { api } of platform.regions) {
      const name = "hello";
      await api.apply({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "default", labels: { app: name } },
        spec: {
          containers: [
            {
              name,
              image: standInImage("1.0.0"),
              securityContext: restricted(10001),
              readinessProbe: { httpGet: { path: "/ready", port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      });
      const pod = await poll(
        async () => {
          const found = await api.get("v1", "Pod", { namespace: "default", name });
          return holds(found, "Ready") ? found : undefined;
        },
        { what: "the pod to be ready", timeoutMs: 120_000 },
      );
      assert.match((pod.status as { podIP: string }).podIP, /^10\.24[45]\./);
    }
  });

  it("are reached by a port of this machine as soon as it is told", async () => {
    const [region] = platform.regions;
    const at = { namespace: "default", service: "hello" };
    await region!.api.apply({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: at.service, namespace: at.namespace },
      spec: { selector: { app: "hello" }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    for (let time = 0; time < 10; time += 1) {
      const { pod, port } = await openWay(region!, at, platform.ledger);
      const { status } = await fetch(`http://127.0.0.1:${port}/ready`, { headers: { connection: "close" } });
      assert.deepEqual([pod, status], ["hello", 200]);
    }
  });
});
