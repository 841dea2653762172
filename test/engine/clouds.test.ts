import assert from "node:assert/strict";
import type { RecordedResource } from "../../cli/preview/recording.js";
import type { KubeApi } from "../../operations/local/servers/region/api.js";
import { openPlace } from "../../operations/recovery/site/places.js";
import { AwsAccount } from "../support/clouds/aws/account.js";
import { AwsJudge } from "../support/clouds/aws/judge.js";
import { soak } from "../support/counts.js";
import { startObjectStore } from "../support/servers/object-store.js";
import { removeFolder, temporaryFolder } from "../support/servers/process.js";
import { stopRegions, twoRegions, type TwoRegions } from "../support/servers/region/regions.js";
import { rolloutsController } from "../support/servers/rollouts.js";
import { inRegions, place } from "./support/aws.js";
import { CloudClusters } from "./support/cloud-clusters.js";
import { demoted, failOver, readPostgres } from "./support/failover.js";
import { PlatformStack } from "./support/platform.js";
import { requireEngine } from "./support/requirements.js";
import { prepareCloudCluster } from "./support/volumes.js";

const isCloud = ({ custom, type }: RecordedResource): boolean => custom && /^(aws|gcp):/.test(type);

/** What there is to find of a resource in its cluster: the object itself, or what a release's chart holds. */
function objectOf({ inputs, type }: RecordedResource): [string, string, { namespace?: string; name: string }] {
  if (type === "kubernetes:helm.sh/v3:Release") {
    return ["v1", "ConfigMap", { namespace: String(inputs.namespace), name: `${String(inputs.name)}-values` }];
  }
  const { name = "", namespace } = inputs.metadata as { name?: string; namespace?: string };
  return [String(inputs.apiVersion), String(inputs.kind), { name, ...(namespace !== undefined && { namespace }) }];
}

async function missingIn(api: KubeApi, resources: readonly RecordedResource[]): Promise<string[]> {
  const found = await Promise.all(
    resources.map(
      async (resource) =>
        await api.get(...objectOf(resource)).then(
          () => [],
          () => [resource.urn],
        ),
    ),
  );
  return found.flat();
}

// Staging is the same program at other sizes and with another strategy: the soak run takes it through as well.
for (const stack of soak ? ["production", "staging"] : ["production"]) {
  describe(`${stack}: AWS emulated, a stand-in of Google Cloud, two real control planes`, function () {
    this.timeout(900_000);
    let regions: TwoRegions;
    let clusters: CloudClusters;
    let platform: PlatformStack;
    let judge: AwsJudge;
    let account: AwsAccount;
    let folder: string;
    let program: readonly RecordedResource[];

    const held = (): string[] => platform.clouds.flatMap((cloud) => [...cloud.resources.values()].map(place)).sort();

    before(async function () {
      await requireEngine(this, ["kubernetes", "random"]);
      regions = await twoRegions();
      await Promise.all(regions.both.map(prepareCloudCluster));
      await Promise.all(regions.both.map(rolloutsController));
      clusters = await CloudClusters.create(regions);
      folder = await temporaryFolder("engine-buckets");
      const { answers, path } = clusters;
      judge = await AwsJudge.start(this);
      account = new AwsAccount(judge);
      platform = await PlatformStack.create(stack, {
        standIns: ["aws", "gcp"],
        answers,
        path,
        judges: async (registered) => await inRegions(account, registered),
      });
      program = await platform.offline();
    });

    after(async () => {
      (platform as PlatformStack | undefined)?.dispose();
      await (clusters as CloudClusters | undefined)?.stop();
      await (judge as AwsJudge | undefined)?.stop();
      if ((folder as string | undefined) !== undefined) await removeFolder(folder);
      await stopRegions();
    });

    it("is created by the first up: everything in its cloud, and every object in its region's cluster", async () => {
      const { create = 0, ...rest } = await platform.engine.up();
      assert.deepEqual(rest, {});
      assert.ok(create >= program.length, `${create} of ${program.length} resources were created`);
      assert.deepEqual(held(), program.filter(isCloud).map(place).sort());
      for (const { name, api } of regions.both) {
        const own = program.filter(
          ({ provider, type }) => type.startsWith("kubernetes:") && provider?.endsWith(`::${name}-kubernetes`),
        );
        assert.ok(own.length > 90, `${own.length} objects in ${name}`);
        assert.deepEqual(await missingIn(api, own), []);
      }
    });

    it("was created in an emulated account of AWS by the calls of its provider, and nothing was refused", () => {
      assert.deepEqual(account.faults, []);
      const types = new Set(program.map(({ type }) => type).filter((type) => type.startsWith("aws:")));
      assert.deepEqual([...account.judged.keys()].sort(), [...types].sort());
      const operations = new Set([...account.judged.values()].flatMap(({ emulated }) => [...emulated]));
      process.stdout.write(`    ${types.size} types, ${operations.size} operations carried out: nothing refused\n`);
    });

    it("has nothing to change in the second up", async () => {
      assert.deepEqual(Object.keys(await platform.engine.up()), ["same"]);
    });

    it("leaves a failover as it is: who writes, how many serve, and the switch that is thrown", async () => {
      const { switches } = (await platform.engine.outputs()) as { switches: Record<string, string> };
      const bucket = String(switches[regions.primary.name]).replace("s3://", "");
      const store = await startObjectStore(folder, [bucket, "control"]);
      const bucketPlace = (name: string) => ({ uri: `s3://${name}`, endpoint: store.endpoint });
      const before = Object.keys(store.env).map((key) => [key, process.env[key]] as const);
      try {
        Object.assign(process.env, store.env);
        await failOver(regions, { switch: bucketPlace(bucket), control: bucketPlace("control") });
        assert.deepEqual(Object.keys(await platform.engine.up()), ["same"]);
        assert.ok(
          await openPlace(bucketPlace(bucket)).readVersion(`fail-away/${regions.primary.name}`),
          "still thrown",
        );
      } finally {
        for (const [key, value] of before) {
          if (value === undefined) Reflect.deleteProperty(process.env, key);
          else process.env[key] = value;
        }
        await store.process.stop();
      }
      assert.deepEqual((await readPostgres(regions.primary)).replica, demoted, "the old primary still follows");
      assert.equal((await readPostgres(regions.secondary)).replica?.enabled, false, "the new primary still writes");
      const state = { namespace: "agent-memory", name: "recovery-state" };
      const { data } = await regions.secondary.api.get("v1", "ConfigMap", state);
      assert.equal((data as Record<string, string>).primary_region, regions.secondary.name);
      const objects = program.filter(({ type }) => /:(BucketObject(v2)?|ObjectCopy)$/.test(type));
      assert.deepEqual(objects, [], "the program owns no object of any bucket, so it cannot take the switch back");
    });

    it("refuses to destroy while anything is protected, and has touched nothing", async () => {
      const before = held();
      const { exitCode, stdout } = await platform.engine.tryDestroy();
      assert.notEqual(exitCode, 0);
      assert.match(stdout, /cannot be deleted\s+because it is protected/);
      assert.deepEqual(held(), before);
      await Promise.all(regions.both.map(readPostgres));
    });

    it("is destroyed once unprotected, but for what is kept on purpose", async () => {
      await platform.engine.unprotectAll();
      await platform.engine.destroy();
      const kept = program.filter((resource) => isCloud(resource) && resource.retainOnDelete);
      assert.ok(kept.length > 5, `${kept.length} kept`);
      assert.deepEqual(held(), kept.map(place).sort());
      for (const { api } of regions.both) {
        const left = await api.list("v1", "Namespace");
        assert.deepEqual(
          left.map(({ metadata }) => metadata.name).filter((name) => name === "agent-memory"),
          [],
        );
      }
    });
  });
}
