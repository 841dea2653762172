import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { RecordedResource } from "../../cli/preview/recording.js";
import { runProgram } from "../../cli/preview/run-program.js";
import { readStackFile } from "../../cli/preview/stack-files.js";
import { program } from "../../components/program.js";
import { count, skip } from "../support/counts.js";
import { root } from "../support/stacks.js";
import { Engine } from "./support/engine.js";
import { previewClouds, type PreviewClouds } from "./support/google.js";
import { requireEngine, sdkVersion } from "./support/requirements.js";

const examples = join(root, "examples", "regions");
interface Fault {
  readonly what: string;
  readonly type: string;
  readonly change: Readonly<Record<string, unknown>>;
  /** Path of the property that the provider names. */
  readonly at: string;
  readonly said: RegExp;
}

/** One input each that Google would refuse, put into what the program gives. */
const faults: readonly Fault[] = [
  {
    what: "a control plane's range of a /16",
    type: "container/cluster:Cluster",
    change: { privateClusterConfig: { enablePrivateNodes: true, masterIpv4CidrBlock: "172.16.0.0/16" } },
    at: "privateClusterConfig.masterIpv4CidrBlock",
    said: /between 28 and 28 significant bits, got: 16/,
  },
  {
    what: "a release channel that is none",
    type: "container/cluster:Cluster",
    change: { releaseChannel: { channel: "WEEKLY" } },
    at: "releaseChannel.channel",
    said: /"STABLE".*got WEEKLY/,
  },
  {
    what: "a lifecycle of objects in a state that is none",
    type: "storage/bucket:Bucket",
    change: { lifecycleRules: [{ action: { type: "Delete" }, condition: { withState: "GONE" } }] },
    at: "lifecycleRules[0].condition",
    said: /"ARCHIVED".*got GONE/,
  },
  {
    what: "a service account's id of 31 characters",
    type: "serviceaccount/account:Account",
    change: { accountId: "a".repeat(31) },
    at: "accountId",
    said: /between 6 and 30 characters/,
  },
  {
    what: "a key that rotates every hour",
    type: "kms/cryptoKey:CryptoKey",
    change: { rotationPeriod: "3600s" },
    at: "rotationPeriod",
    said: /greater than one day/,
  },
  {
    what: "a NAT whose addresses are of no kind",
    type: "compute/routerNat:RouterNat",
    change: { natIpAllocateOption: "SOME" },
    at: "natIpAllocateOption",
    said: /"AUTO_ONLY".*got SOME/,
  },
  {
    what: "a firewall's rule in a direction that is none",
    type: "compute/firewall:Firewall",
    change: { direction: "SIDEWAYS" },
    at: "direction",
    said: /"INGRESS" "EGRESS".*got SIDEWAYS/,
  },
  {
    what: "a pool's provider whose id is too short",
    type: "iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
    change: { workloadIdentityPoolProviderId: "eks" },
    at: "workloadIdentityPoolProviderId",
    said: /smaller than 4 characters/,
  },
  {
    what: "a bucket without a location",
    type: "storage/bucket:Bucket",
    change: { location: undefined },
    at: "location",
    said: /argument \"location\" is required/,
  },
  {
    what: "a subnetwork whose range is none",
    type: "compute/subnetwork:Subnetwork",
    change: { ipCidrRange: "10.64.0.0/33" },
    at: "ipCidrRange",
    said: /invalid CIDR address/,
  },
  {
    what: "a boot disk of 5 GB",
    type: "container/nodePool:NodePool",
    change: { nodeConfig: { diskSizeGb: 5 } },
    at: "nodeConfig.diskSizeGb",
    said: /at least \(10\), got 5/,
  },
  {
    what: "a grant to nobody in particular",
    type: "projects/iAMMember:IAMMember",
    change: { member: "agent" },
    at: "member",
    said: /invalid value "agent" for member/,
  },
  {
    what: "a pool whose id begins as Google's own do",
    type: "iam/workloadIdentityPool:WorkloadIdentityPool",
    change: { workloadIdentityPoolId: "gcp-agent" },
    at: "workloadIdentityPoolId",
    said: /can not start with "gcp-"/,
  },
  {
    what: "an API by its title",
    type: "projects/service:Service",
    change: { service: "Cloud KMS" },
    at: "service",
    said: /domain like serviceusage.googleapis.com/,
  },
];

describe("Google's own provider in the real engine's preview", function () {
  this.timeout(300_000);
  let clouds: PreviewClouds;
  let engine: Engine | undefined;

  before(async function () {
    await requireEngine(this, []);
    clouds = await previewClouds();
    if (clouds.google === undefined) skip(this, "nothing of it can be told without Google's own provider");
    engine = await Engine.create({
      program: join(__dirname, "fixtures", "recorded"),
      stack: "test",
      attached: {},
      config: { "recorded:version": sdkVersion("gcp") },
      env: clouds.env ?? {},
    });
  });

  after(() => {
    engine?.dispose();
    (clouds as PreviewClouds | undefined)?.google?.stop();
  });

  /** What a preview of just these resources says, under the providers that the program gave them. */
  const judge = async (run: readonly RecordedResource[], resources: readonly RecordedResource[]) => {
    const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";
    // Each is a process of its own.
    const used = new Set(resources.map(({ provider }) => provider));
    const providers = run.filter(({ urn }) => used.has(urn));
    const given = resources.map(({ type, name, inputs, provider = "" }) => ({
      ...{ type, name, inputs },
      provider: nameOf(provider),
    }));
    engine!.configure({
      "recorded:providers": JSON.stringify(Object.fromEntries(providers.map(({ name, inputs }) => [name, inputs]))),
      "recorded:resources": JSON.stringify(given),
    });
    return engine!.tryPreview();
  };

  it("takes everything of the examples of other regions", async () => {
    for (const example of readdirSync(examples).filter((file) => file.endsWith(".yaml"))) {
      const resources = await recorded(basename(example, ".yaml"));
      const own = resources.filter(({ type }) => type.startsWith("gcp:"));
      if (own.length === 0) continue;
      const { exitCode, stdout } = await judge(resources, own);
      assert.equal(exitCode, 0, stdout);
      const types = new Set(own.map(({ type }) => type));
      process.stdout.write(`      ${example}: ${own.length} resources of ${types.size} types, nothing refused\n`);
    }
  });

  describe("stops what Google would refuse, and says where it is", () => {
    let resources: readonly RecordedResource[];

    before(async () => {
      resources = await recorded("production");
    });

    // A preview is some seconds of processor time each, most of it to start the engine and the provider.
    for (const { what, type, change, at, said } of count(faults.slice(0, 8), faults)) {
      it(what, async () => {
        const found = resources.find((resource) => resource.type === `gcp:${type}`);
        assert.ok(found, type);
        const { exitCode, stdout } = await judge(resources, [{ ...found, inputs: { ...found.inputs, ...change } }]);
        assert.notEqual(exitCode, 0);
        const told = /^ +error: gcp:.*$/m.exec(stdout)?.[0].trim() ?? stdout;
        assert.match(told, said);
        assert.ok(told.endsWith(`Examine values at '${found.name}.${at}'.`), told);
        process.stdout.write(`        exit code ${exitCode}: ${told.replace(/^.* has a problem: /, "")}\n`);
      });
    }
  });
});

/** Everything that a stack or an example gives, with nothing known that only a cloud could say. */
async function recorded(name: string): Promise<readonly RecordedResource[]> {
  const folder = mkdtempSync(join(tmpdir(), "example-"));
  try {
    const example = readdirSync(examples).includes(`${name}.yaml`);
    copyFileSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    copyFileSync(
      example ? join(examples, `${name}.yaml`) : join(root, `Pulumi.${name}.yaml`),
      join(folder, `Pulumi.${name}.yaml`),
    );
    return (await runProgram(program, readStackFile(folder, name), { outputsKnown: false })).resources;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
