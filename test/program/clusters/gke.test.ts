import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { gcpRegion, runCluster, type ClusterRun } from "../../support/cluster-run.js";

const cluster = "agent-production-us-west1";

describe("GKE cluster", () => {
  let run: ClusterRun;
  before(async () => {
    run = await runCluster(gcpRegion(), { args: { tags: { team: "agents", "cost-center": "R&D 7" } } });
  });

  const inputs = (type: string, name: string) => run.get(type, name).inputs;

  it("registers exactly these resources", () => {
    assert.deepEqual(run.resources.map(({ type, name }) => `${type} ${name}`).sort(), [
      "agent-platform:clusters:GkeCluster us-west1",
      "gcp:compute/firewall:Firewall us-west1-webhooks",
      "gcp:compute/network:Network us-west1-network",
      "gcp:compute/router:Router us-west1-router",
      "gcp:compute/routerNat:RouterNat us-west1-nat",
      "gcp:compute/subnetwork:Subnetwork us-west1-subnetwork",
      "gcp:container/cluster:Cluster us-west1-cluster",
      "gcp:container/nodePool:NodePool us-west1-nodes-general",
      "gcp:kms/cryptoKey:CryptoKey us-west1-secrets-key",
      "gcp:kms/cryptoKey:CryptoKey us-west1-volumes-key",
      "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember us-west1-secrets-key-user",
      "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember us-west1-volumes-key-user",
      "gcp:kms/keyRing:KeyRing us-west1-keys",
      "gcp:projects/iAMMember:IAMMember us-west1-node-account-role",
      ...["cloudkms", "compute", "container", "iam", "iamcredentials", "logging", "monitoring"].map(
        (api) => `gcp:projects/service:Service us-west1-api-${api}`,
      ),
      "gcp:serviceaccount/account:Account us-west1-node-account",
      "kubernetes:storage.k8s.io/v1:StorageClass us-west1-storage-class",
      "pulumi:providers:gcp us-west1-gcp",
      "pulumi:providers:kubernetes us-west1-kubernetes",
      "pulumi:pulumi:Stack agent-platform-production",
    ]);
  });

  it("creates a private Standard cluster with enforced policies, own identities and encrypted secrets", () => {
    const { network, subnetwork, databaseEncryption, nodeConfig, ...plain } = inputs(
      "gcp:container/cluster:Cluster",
      "us-west1-cluster",
    );
    const components = ["SYSTEM_COMPONENTS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER"];
    assert.deepEqual(plain, {
      name: cluster,
      project: "agent-prod",
      location: "us-west1",
      minMasterVersion: "1.35",
      releaseChannel: { channel: "STABLE" },
      maintenancePolicy: {
        recurringWindow: {
          startTime: "2026-01-04T03:00:00Z",
          endTime: "2026-01-04T09:00:00Z",
          recurrence: "FREQ=WEEKLY;BYDAY=SA,SU",
        },
      },
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
      datapathProvider: "ADVANCED_DATAPATH",
      privateClusterConfig: {
        enablePrivateNodes: true,
        enablePrivateEndpoint: true,
        masterIpv4CidrBlock: "172.16.0.0/28",
      },
      masterAuthorizedNetworksConfig: { cidrBlocks: [], gcpPublicCidrsAccessEnabled: false },
      workloadIdentityConfig: { workloadPool: "agent-prod.svc.id.goog" },
      enableShieldedNodes: true,
      enableLegacyAbac: false,
      masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
      rbacBindingConfig: {
        enableInsecureBindingSystemAuthenticated: false,
        enableInsecureBindingSystemUnauthenticated: false,
      },
      nodePoolDefaults: { nodeConfigDefaults: { insecureKubeletReadonlyPortEnabled: "FALSE" } },
      securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
      addonsConfig: {
        gcePersistentDiskCsiDriverConfig: { enabled: true },
        horizontalPodAutoscaling: { disabled: false },
        httpLoadBalancing: { disabled: false },
      },
      loggingConfig: { enableComponents: [...components, "WORKLOADS"] },
      monitoringConfig: {
        enableComponents: components,
        managedPrometheus: { enabled: false },
        advancedDatapathObservabilityConfig: { enableMetrics: true, enableRelay: false },
      },
      costManagementConfig: { enabled: true },
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      deletionProtection: true,
    });
    assert.match(network as string, /networks\/us-west1-network$/);
    assert.match(subnetwork as string, /subnetworks\/us-west1-subnetwork$/);
    assert.equal((databaseEncryption as { state: string }).state, "ENCRYPTED");
    assert.match((databaseEncryption as { keyName: string }).keyName, /us-west1-secrets-key$/);
    assert.match((nodeConfig as { serviceAccount: string }).serviceAccount, /^agent-production-us-wes/);
  });

  it("waits with the cluster until GKE may use the keys and nodes can reach the internet", () => {
    const { dependencies, ignoreChanges } = run.get("gcp:container/cluster:Cluster", "us-west1-cluster");
    const needs = dependencies.map((urn) => urn.split("::").at(-1));
    for (const name of [
      "us-west1-secrets-key-user",
      "us-west1-volumes-key-user",
      "us-west1-nat",
      "us-west1-api-container",
    ]) {
      assert.ok(needs.includes(name), name);
    }
    assert.deepEqual(ignoreChanges, ["nodeConfig"]);
  });

  it("opens the public endpoint to the allow-list alone", async () => {
    const open = await runCluster(gcpRegion({ cluster: { endpoint: { allowList: ["198.51.100.0/24"] } } }));
    const { privateClusterConfig, masterAuthorizedNetworksConfig } = open.get(
      "gcp:container/cluster:Cluster",
      "us-west1-cluster",
    ).inputs;
    assert.equal((privateClusterConfig as { enablePrivateEndpoint: boolean }).enablePrivateEndpoint, false);
    assert.deepEqual(masterAuthorizedNetworksConfig, {
      cidrBlocks: [{ cidrBlock: "198.51.100.0/24" }],
      gcpPublicCidrsAccessEnabled: false,
    });
  });

  it("lets exactly Google's agents of the project use the keys", () => {
    const user = (key: string) => inputs("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", `us-west1-${key}-key-user`);
    assert.equal(
      user("secrets").member,
      "serviceAccount:service-123456789012@container-engine-robot.iam.gserviceaccount.com",
    );
    assert.equal(user("volumes").member, "serviceAccount:service-123456789012@compute-system.iam.gserviceaccount.com");
    for (const key of ["secrets", "volumes"]) {
      assert.equal(user(key).role, "roles/cloudkms.cryptoKeyEncrypterDecrypter");
      assert.equal(inputs("gcp:kms/cryptoKey:CryptoKey", `us-west1-${key}-key`).rotationPeriod, "7776000s");
    }
  });

  it("protects the cluster, its ring and its keys in production, and not in staging", async () => {
    const protectedOf = (of: ClusterRun) =>
      of.resources
        .filter((resource) => resource.protect)
        .map(({ name }) => name)
        .sort();
    const names = ["us-west1-cluster", "us-west1-keys", "us-west1-secrets-key", "us-west1-volumes-key"];
    assert.deepEqual(protectedOf(run), names);
    const staging = await runCluster(gcpRegion(), { args: { stack: "staging", environment: "staging" } });
    assert.deepEqual(protectedOf(staging), []);
  });

  it("labels everything in letters that Google Cloud takes", () => {
    assert.deepEqual(JSON.parse(inputs("pulumi:providers:gcp", "us-west1-gcp").defaultLabels as string), {
      team: "agents",
      "cost-center": "r_d_7",
      stack: "production",
      environment: "production",
    });
  });

  it("joins a fleet and its network, where there is one", async () => {
    const network = pulumi.output("projects/agent-prod/global/networks/fleet");
    const member = await runCluster(gcpRegion(), { args: { fleet: { project: "agent-prod", network, ready: [] } } });
    const cluster = member.get("gcp:container/cluster:Cluster", "us-west1-cluster").inputs;
    assert.deepEqual(cluster.fleet, { project: "agent-prod" });
    assert.equal(cluster.network, "projects/agent-prod/global/networks/fleet");
    assert.deepEqual(member.names("gcp:compute/network:Network"), []);
    const { network: of } = member.get("gcp:compute/subnetwork:Subnetwork", "us-west1-subnetwork").inputs;
    assert.equal(of, "projects/agent-prod/global/networks/fleet");
    assert.equal(inputs("gcp:container/cluster:Cluster", "us-west1-cluster").fleet, undefined);
  });

  it("adopts a network and, apart from that, a cluster", async () => {
    const existing = { network: "shared", subnetwork: "nodes", podRangeName: "p", serviceRangeName: "s" };
    const network = await runCluster(gcpRegion({ network: { existing } }));
    for (const kind of ["network:Network", "subnetwork:Subnetwork", "router:Router", "routerNat:RouterNat"]) {
      assert.deepEqual(network.names(`gcp:compute/${kind}`), []);
    }
    const created = network.get("gcp:container/cluster:Cluster", "us-west1-cluster").inputs;
    assert.equal(created.network, "shared");
    assert.equal(created.subnetwork, "nodes");
    assert.deepEqual(created.ipAllocationPolicy, { clusterSecondaryRangeName: "p", servicesSecondaryRangeName: "s" });

    const adopted = await runCluster(gcpRegion({ cluster: { existing: { name: "team-cluster" } } }), {
      use: ({ oidcIssuer }) => ({ oidcIssuer }),
    });
    assert.deepEqual(adopted.names("gcp:container/cluster:Cluster"), []);
    assert.deepEqual(adopted.names("gcp:container/nodePool:NodePool"), []);
    assert.deepEqual(adopted.names("gcp:kms/cryptoKey:CryptoKey"), ["us-west1-volumes-key"]);
    const { clusterIdentifier } = adopted.get("pulumi:providers:kubernetes", "us-west1-kubernetes").inputs;
    assert.equal(clusterIdentifier, "gke/agent-prod/us-west1/team-cluster");
  });
});
