import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { checkKubeconfig } from "../../../config/kubeconfig.js";
import type { ExistingRegionConfig } from "../../../config/schema/regions.js";
import { regionOf, runCluster } from "../../support/cluster-run.js";

const kubeconfig = {
  apiVersion: "v1",
  kind: "Config",
  clusters: [
    { name: "one", cluster: { server: "https://127.0.0.1:6443", "certificate-authority": "ca.crt" } },
    { name: "two", cluster: { server: "https://127.0.0.1:7443" } },
  ],
  contexts: [
    { name: "one", context: { cluster: "one", user: "admin" } },
    { name: "orphan", context: { cluster: "two", user: "nobody" } },
  ],
  users: [
    { name: "admin", user: { token: "not-in-any-output" } },
    { name: "other", user: { token: "of-another-context" } },
  ],
};

describe("existing cluster", () => {
  let folder = "";
  let file = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
    file = join(folder, "config");
    writeFileSync(file, stringify(kubeconfig));
  });
  after(() => rmSync(folder, { recursive: true }));

  const region = (config: object = {}) =>
    regionOf({
      cloud: "existing",
      key: "local-a",
      kubeconfig: file,
      context: "one",
      ...config,
    }) as ExistingRegionConfig;

  it("registers a component and a provider for the one context", async () => {
    const run = await runCluster(region({ loadBalancer: true }));
    assert.deepEqual(
      run.resources.map(({ type, name }) => `${type} ${name}`),
      [
        "pulumi:pulumi:Stack agent-platform-production",
        "agent-platform:clusters:ExistingCluster local-a",
        "pulumi:providers:kubernetes local-a-kubernetes",
      ],
    );
    const provider = run.get("pulumi:providers:kubernetes", "local-a-kubernetes");
    assert.equal(provider.inputs.enableServerSideApply, "true");
    assert.equal(provider.inputs.skipUpdateUnreachable, "true");
    assert.equal(provider.inputs.deleteUnreachable, "false");
    assert.equal(provider.inputs.clusterIdentifier, "existing/https://127.0.0.1:6443");
    assert.ok(provider.secretPaths.includes("kubeconfig"));
    assert.deepEqual(JSON.parse(provider.inputs.kubeconfig as string), {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "one",
      clusters: [
        {
          name: "one",
          cluster: { server: "https://127.0.0.1:6443", "certificate-authority": join(folder, "ca.crt") },
        },
      ],
      contexts: [kubeconfig.contexts[0]],
      users: [kubeconfig.users[0]],
    });
  });

  it("answers a missing file, a file of another kind, a missing context and a missing user with one fault each", () => {
    const other = join(folder, "other");
    writeFileSync(other, "clusters: none");
    const broken = join(folder, "broken");
    writeFileSync(broken, "clusters: [");
    const cases = [
      [{ kubeconfig: join(folder, "absent") }, "regions[0].kubeconfig", /ENOENT/],
      [{ kubeconfig: folder }, "regions[0].kubeconfig", /EISDIR/],
      [{ kubeconfig: other }, "regions[0].kubeconfig", /must be a kubeconfig file: clusters/],
      [{ kubeconfig: broken }, "regions[0].kubeconfig", /can be read/],
      [{ context: "three" }, "regions[0].context", /which has one, orphan/],
      [{ context: "orphan" }, "regions[0].context", /names user nobody/],
    ] as const;
    for (const [config, path, rule] of cases) {
      const faults = checkKubeconfig(region(config), "regions[0]");
      assert.equal(faults.length, 1);
      assert.equal(faults[0]!.path, path);
      assert.match(faults[0]!.rule, rule);
      assert.ok(!JSON.stringify(faults).includes("not-in-any-output"));
    }
    assert.deepEqual(checkKubeconfig(region(), "regions[0]"), []);
  });

  it("ends with exit code 2 where the file is gone by the time it is used", async () => {
    await assert.rejects(runCluster(region({ kubeconfig: join(folder, "absent") })), { exitCode: 2 });
  });
});
