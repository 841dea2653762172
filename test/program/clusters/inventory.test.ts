import { strict as assert } from "node:assert";
import { awsRegion, gcpRegion, runCluster } from "../../support/cluster-run.js";

for (const region of [awsRegion(), gcpRegion()]) {
  describe(`${region.cloud} cluster`, () => {
    it("registers the same resources whether or not the cloud's answers are known", async () => {
      const known = await runCluster(region);
      const unknown = await runCluster(region, { outputsKnown: false });
      const list = (run: typeof known) => run.resources.map(({ urn }) => urn).sort();
      assert.deepEqual(list(unknown), list(known));
      assert.ok(known.resources.length > 20);
    });

    it("gives every resource of a cloud and of Kubernetes an explicit provider and this component as parent", async () => {
      const run = await runCluster(region);
      const component = run.resources.find(({ custom, type }) => !custom && type.includes("clusters:"));
      for (const resource of run.resources.filter(({ custom }) => custom)) {
        assert.equal(resource.parent, component?.urn, resource.urn);
        if (resource.type.startsWith("pulumi:providers:")) continue;
        const provider = resource.type.startsWith("kubernetes:") ? "kubernetes" : region.cloud;
        assert.equal(resource.provider?.split("::").at(-1), `${region.key}-${provider}`, resource.urn);
      }
    });
  });
}
