import assert from "node:assert/strict";
import { poll } from "../../common/poll.js";
import type { LocalPlatform } from "../../operations/local/platform.js";
import { holds } from "../../operations/local/servers/region/conditions.js";
import { restricted } from "../../operations/local/system/restricted.js";
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
        metadata: { name, namespace: "default" },
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
});
