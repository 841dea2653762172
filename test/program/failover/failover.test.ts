import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterTarget } from "../../../components/clusters/cluster.js";
import { DnsZone, Failover } from "../../../components/failover/index.js";
import type { StackConfig } from "../../../config/schema/stack.js";
import { runOnTargets } from "../../support/platform-run.js";
import { regions, stackConfig } from "../../support/stack-config.js";

const component = "agent-platform:failover:Failover";

function build(config: StackConfig) {
  return (clusters: readonly ClusterTarget[]): void => {
    const zone = config.failover.dns.enabled ? new DnsZone("dns", { config }) : undefined;
    const endpoints = clusters.map(({ key, cloud, region, role, weight, loadBalancer: { gives } }) => ({
      key,
      cloud,
      region,
      role,
      weight,
      gives,
      address: pulumi.output(gives === "ip" ? "192.0.2.7" : "nlb.example"),
    }));
    new Failover("failover", { config, zone, endpoints, clusters });
  };
}

const run = (config: StackConfig, known = true) => runOnTargets(config, build(config), known);

describe("failover on EKS and GKE", () => {
  it("registers exactly these resources, known outputs or not", async () => {
    const known = await run(stackConfig());
    const list = (of: typeof known) => of.below(component).map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(list(known).sort(), [
      "aws:route53/healthCheck:HealthCheck failover-us-east-1-endpoint",
      "aws:route53/healthCheck:HealthCheck failover-us-east-1-fails-over",
      "aws:route53/healthCheck:HealthCheck failover-us-east-1-serves",
      "aws:route53/healthCheck:HealthCheck failover-us-east-1-switch-open-us-east-1",
      "aws:route53/healthCheck:HealthCheck failover-us-east-1-switch-open-us-west1",
      "aws:route53/healthCheck:HealthCheck failover-us-east-1-switch-thrown-us-east-1",
      "aws:route53/healthCheck:HealthCheck failover-us-east-1-switch-thrown-us-west1",
      "aws:route53/healthCheck:HealthCheck failover-us-west1-endpoint",
      "aws:route53/record:Record failover-canary",
      "aws:route53/record:Record failover-preview",
      "aws:route53/record:Record failover-public-primary",
      "aws:route53/record:Record failover-public-secondary",
      "aws:route53/record:Record failover-region-us-east-1",
      "aws:route53/record:Record failover-region-us-west1",
      "aws:s3/bucket:Bucket failover-switch-us-east-1",
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration failover-switch-us-east-1-lifecycle",
      "aws:s3/bucketPolicy:BucketPolicy failover-switch-us-east-1-readers",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock failover-switch-us-east-1-private",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration failover-switch-us-east-1-encryption",
      "aws:s3/bucketVersioning:BucketVersioning failover-switch-us-east-1-versioning",
      "gcp:serviceaccount/account:Account failover-switch-us-west1-publisher",
      "gcp:storage/bucket:Bucket failover-switch-us-west1",
      "gcp:storage/bucketIAMMember:BucketIAMMember failover-switch-us-west1-publish",
      "gcp:storage/bucketIAMMember:BucketIAMMember failover-switch-us-west1-readers",
      "kubernetes:core/v1:ConfigMap failover-ha-config-us-east-1",
      "kubernetes:core/v1:ConfigMap failover-ha-config-us-west1",
      "kubernetes:core/v1:ConfigMap failover-recovery-plans-us-east-1",
      "kubernetes:core/v1:ConfigMap failover-recovery-plans-us-west1",
      "kubernetes:multicluster.x-k8s.io/v1alpha1:ServiceExport failover-service-export-us-east-1",
      "kubernetes:multicluster.x-k8s.io/v1alpha1:ServiceExport failover-service-export-us-west1",
    ]);
    assert.deepEqual(list(await run(stackConfig(), false)).sort(), list(known).sort());
  });

  it("checks the region's own host by TLS with its name, every 10 s, three times", async () => {
    const { get } = await run(stackConfig());
    const { inputs } = get("aws:route53/healthCheck:HealthCheck", "failover-us-east-1-endpoint");
    assert.deepEqual(inputs, {
      type: "HTTPS",
      fqdn: "us-east-1.agent-api.example.com",
      resourcePath: "/health/deep",
      port: 443,
      enableSni: true,
      requestInterval: 10,
      failureThreshold: 3,
      invertHealthcheck: false,
      tags: { Name: "us-east-1-endpoint" },
    });
  });

  it("asks each bucket for the switch, in the form of its cloud", async () => {
    const { get } = await run(stackConfig());
    const asked = (bucket: string) =>
      get("aws:route53/healthCheck:HealthCheck", `failover-us-east-1-switch-open-${bucket}`).inputs;
    const s3 = asked("us-east-1");
    const gcs = asked("us-west1");
    assert.match(String(s3.fqdn), /^failover-switch-us-east-1-.*\.s3\.us-east-1\.amazonaws\.com$/);
    assert.equal(s3.resourcePath, "/fail-away/us-east-1");
    assert.equal(gcs.fqdn, "storage.googleapis.com");
    assert.match(String(gcs.resourcePath), /^\/failover-switch-us-west1-.*\/fail-away\/us-east-1$/);
    assert.deepEqual([s3.invertHealthcheck, gcs.invertHealthcheck], [true, true]);
  });

  it("points the regions' names at what their load balancers gave", async () => {
    const { get } = await run(stackConfig());
    const record = (name: string) => get("aws:route53/record:Record", name).inputs;
    assert.deepEqual(
      ["failover-region-us-east-1", "failover-region-us-west1"].map((name) => {
        const { type, records, ttl } = record(name);
        return [type, records, ttl];
      }),
      [
        ["CNAME", ["nlb.example"], 60],
        ["A", ["192.0.2.7"], 60],
      ],
    );
    assert.deepEqual(record("failover-public-primary").failoverRoutingPolicies, [{ type: "PRIMARY" }]);
    assert.deepEqual(record("failover-public-secondary").failoverRoutingPolicies, [{ type: "SECONDARY" }]);
  });

  it("shows for 90 days who threw a switch and when, in either cloud", async () => {
    const { get } = await run(stackConfig());
    const versioning = get("aws:s3/bucketVersioning:BucketVersioning", "failover-switch-us-east-1-versioning").inputs;
    assert.deepEqual(versioning.versioningConfiguration, { status: "Enabled" });
    const lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
    const [rule, ...others] = get(lifecycle, "failover-switch-us-east-1-lifecycle").inputs.rules as object[];
    assert.deepEqual(
      { ...rule, id: "" },
      {
        id: "",
        status: "Enabled",
        filter: {},
        noncurrentVersionExpiration: { noncurrentDays: 90 },
        expiration: { expiredObjectDeleteMarker: true },
      },
    );
    assert.equal(others.length, 0);
    const gcs = get("gcp:storage/bucket:Bucket", "failover-switch-us-west1").inputs;
    assert.deepEqual(gcs.versioning, { enabled: true });
    assert.deepEqual(gcs.lifecycleRules, [{ action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 90 } }]);
  });

  it("keeps the switch bucket in S3 closed to the public", async () => {
    const { get } = await run(stackConfig());
    const block = get("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "failover-switch-us-east-1-private");
    const { blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets } = block.inputs;
    assert.deepEqual(
      [blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets],
      Array(4).fill(true),
    );
  });

  it("makes the publisher's role for the named operators only", async () => {
    const none = await run(stackConfig());
    assert.ok(!none.below(component).some(({ type }) => type === "aws:iam/role:Role"));
    const operator = "arn:aws:iam::123456789012:role/operators";
    const some = await run(stackConfig({ failover: { switchOperators: [operator] } }));
    const trust = some.get("aws:iam/role:Role", "failover-switch-publisher").inputs.assumeRolePolicy;
    assert.match(String(trust), new RegExp(`"Principal":\\{"AWS":\\["${operator}"\\]\\}`));
  });

  it("protects the zone in production, and adopts an existing one without creating any", async () => {
    const made = await run(stackConfig());
    assert.equal(made.get("aws:route53/zone:Zone", "dns-zone").protect, true);
    const adopted = await run(stackConfig({ failover: { dns: { existingZoneId: "Z0123" } } }));
    assert.ok(!adopted.resources.some(({ type }) => type === "aws:route53/zone:Zone"));
    assert.equal(adopted.get("aws:route53/record:Record", "failover-canary").inputs.zoneId, "Z0123");
  });

  it("gives every resource this component as ancestor and an explicit provider", async () => {
    const { below } = await run(stackConfig());
    for (const { provider, urn } of below(component)) assert.ok(provider, urn);
  });
});

describe("failover on other pairs", () => {
  it("speaks the fleet's API where every cluster is in one: MultiClusterService in the primary's cluster only", async () => {
    const gkeEast = { ...regions.gkeWest, key: "us-east1", region: "us-east1", role: "primary" };
    const services = async (config: StackConfig) =>
      (await run(config))
        .below(component)
        .filter(({ type }) => /:(MultiClusterService|ServiceExport)$/.test(type))
        .map(({ type, name }) => `${type} ${name}`)
        .sort();
    assert.deepEqual(await services(stackConfig({ regions: [gkeEast, regions.gkeWest] })), [
      "kubernetes:net.gke.io/v1:ServiceExport failover-service-export-us-east1",
      "kubernetes:net.gke.io/v1:ServiceExport failover-service-export-us-west1",
      "kubernetes:networking.gke.io/v1:MultiClusterService failover-multi-cluster-service-us-east1",
    ]);
    assert.ok((await services(stackConfig())).every((line) => line.startsWith("kubernetes:multicluster.x-k8s.io/")));
  });

  it("splits 70/30 between two EKS regions in active-active mode", async () => {
    const config = stackConfig({
      regions: [regions.eksEast, { ...regions.eksWest, weight: 30 }],
      failover: { mode: "active-active" },
    });
    const { get } = await run(config);
    const weight = (key: string) =>
      get("aws:route53/record:Record", `failover-public-${key}`).inputs.weightedRoutingPolicies;
    assert.deepEqual([weight("us-east-1"), weight("us-west-2")], [[{ weight: 70 }], [{ weight: 30 }]]);
  });

  it("makes no DNS where that is somebody else's, but still tells the clusters of each other", async () => {
    const { below } = await run(stackConfig({ failover: { dns: { enabled: false } } }));
    const types = new Set(below(component).map(({ type }) => type.split(":")[0]));
    assert.deepEqual([...types], ["kubernetes"]);
  });
});

describe("the keeper of the lease", () => {
  const leaseUrl = "s3://outside/writer.json";

  it("runs twice in every region of a stack that has a lease, and nowhere else", async () => {
    const { below } = await run(stackConfig({ failover: { leaseUrl } }));
    const kinds = below("agent-platform:failover:LeaseKeeper").map(({ type }) => type.split(":").at(-1));
    assert.deepEqual(kinds.sort(), [
      ...["Deployment", "Deployment", "NetworkPolicy", "NetworkPolicy"],
      ...["PodDisruptionBudget", "PodDisruptionBudget", "Role", "Role", "RoleBinding", "RoleBinding"],
      ...["ServiceAccount", "ServiceAccount"],
    ]);
    for (const without of [
      stackConfig(),
      stackConfig({ regions: [regions.eksEast], failover: { leaseUrl } }),
      stackConfig({ failover: { leaseUrl }, data: { postgres: { external: { host: "db.example.com" } } } }),
    ]) {
      assert.deepEqual((await run(without)).below("agent-platform:failover:LeaseKeeper"), []);
    }
  });

  it("lets the configured primary alone take a lease that nobody ever held", async () => {
    const { get } = await run(stackConfig({ failover: { leaseUrl } }));
    const argsOf = (region: string): string[] => {
      const { inputs } = get("kubernetes:apps/v1:Deployment", `failover-lease-keeper-${region}-deployment`);
      const spec = inputs.spec as { template: { spec: { containers: { args: string[] }[] } } };
      return spec.template.spec.containers[0]?.args ?? [];
    };
    const common = ["--namespace", "agent-memory", "--ttl", "30", "--health-port", "8080"];
    assert.deepEqual(argsOf("us-east-1"), [
      ...["keep", "--lease", leaseUrl, "--region", "us-east-1", ...common, "--claim-absent"],
    ]);
    assert.deepEqual(argsOf("us-west1"), ["keep", "--lease", leaseUrl, "--region", "us-west1", ...common]);
  });
});
