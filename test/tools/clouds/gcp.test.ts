import assert from "node:assert/strict";
import { unknownValue } from "@pulumi/pulumi/runtime/rpc";
import type { RecordedResource } from "../../../cli/preview/recording.js";
import { gcpCalls } from "../../support/clouds/gcp/calls.js";
import { GcpModels } from "../../support/clouds/gcp/model.js";
import { watched } from "../../support/clouds/inputs.js";
import { judgesInDocs } from "../../support/clouds/judges.js";
import { runOf, stackNames } from "../../support/stacks.js";

describe("Google Cloud inputs under its APIs' own descriptions", function () {
  this.timeout(180_000);
  let models: GcpModels;
  const judged = new Set<string>();

  before(async function () {
    models = await GcpModels.find(this);
  });

  const faultsOf = ({ type, name, inputs: given }: Pick<RecordedResource, "type" | "name" | "inputs">): string[] => {
    const create = gcpCalls[type];
    if (!create) return [`${name}: nobody judges ${type}`];
    // What only the deployment knows is a name of some kind.
    const known = Object.entries(given).map(
      ([key, value]) => [key, value === unknownValue ? "made-up" : value] as const,
    );
    const { inputs, unread } = watched(Object.fromEntries(known));
    const call = create(inputs, name);
    judged.add(type);
    const faults = models.faultsOf(call).map((fault) => `${name}: ${fault}`);
    return [...faults, ...unread().map((key) => `${name}: no call has ${key}`)];
  };

  for (const stack of stackNames) {
    it(`are accepted whole: ${stack}`, async () => {
      const resources = (await runOf(stack)).resources.filter(({ type }) => type.startsWith("gcp:"));
      assert.deepEqual(resources.flatMap(faultsOf), []);
      process.stdout.write(`    ${resources.length} resources: nothing refused\n`);
    });
  }

  it("are refused where the descriptions say so", async () => {
    const { resources } = await runOf("production");
    const some = (type: string, change: Record<string, unknown>): string => {
      const found = resources.find((resource) => resource.type === type)!;
      return faultsOf({ ...found, inputs: { ...found.inputs, ...change } }).join("; ");
    };
    const cluster = "gcp:container/cluster:Cluster";
    const refused = [
      [some(cluster, { releaseChannel: { channel: "WEEKLY" } }), /channel WEEKLY is none of/],
      [some(cluster, { privateClusterConfig: { masterCidr: "172.16.0.0/28" } }), /masterCidr does not exist/],
      [some(cluster, { datapathProvider: "CALICO" }), /datapathProvider CALICO is none of/],
      [some(cluster, { colour: "red" }), /no call has colour/],
      [some(cluster, { initialNodeCount: "one" }), /initialNodeCount "one" is no integer/],
      [some("gcp:compute/network:Network", { name: "Has_Capitals" }), /name Has_Capitals is not/],
      [some("gcp:compute/network:Network", { routingMode: "LOCAL" }), /routingMode LOCAL is none of/],
      [some("gcp:kms/cryptoKey:CryptoKey", { keyRing: "ring" }), /parent ring is not/],
      [some("gcp:kms/cryptoKey:CryptoKey", { purpose: "SEAL" }), /purpose SEAL is none of/],
      [some("gcp:storage/bucket:Bucket", { versioning: { on: true } }), /versioning.on does not exist/],
    ] as const;
    for (const [found, fault] of refused) assert.match(found, fault);
    process.stdout.write(`    ${refused.length} faults of ${refused.length} refused\n`);
  });

  // The engine suite sees to it that the provider judged what the documentation says of it.
  it("are told type by type in the documentation", () => {
    const told = judgesInDocs("gcp");
    assert.deepEqual(
      told.map(([type]) => type),
      [...judged].sort(),
    );
    assert.deepEqual(
      told.filter(([, judge]) => !["API model", "API model and provider"].includes(judge)),
      [],
    );
  });
});
