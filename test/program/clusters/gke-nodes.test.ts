import { strict as assert } from "node:assert";
import { gcpRegion, runCluster, type ClusterRun } from "../../support/cluster-run.js";

const cluster = "agent-production-us-west1";

describe("GKE nodes and network", () => {
  let run: ClusterRun;
  before(async () => {
    run = await runCluster(gcpRegion());
  });

  const inputs = (type: string, name: string) => run.get(type, name).inputs;

  it("has autoscaled pools of shielded nodes that show pods no identity but their own", () => {
    const pool = run.get("gcp:container/nodePool:NodePool", "us-west1-nodes-general");
    assert.deepEqual(pool.ignoreChanges, ["initialNodeCount"]);
    const { nodeConfig, ...plain } = pool.inputs;
    assert.deepEqual(plain, {
      project: "agent-prod",
      location: "us-west1",
      cluster,
      initialNodeCount: 1,
      autoscaling: { totalMinNodeCount: 3, totalMaxNodeCount: 9, locationPolicy: "BALANCED" },
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
    });
    const { bootDiskKmsKey, serviceAccount, ...config } = nodeConfig as Record<string, unknown>;
    assert.deepEqual(config, {
      machineType: "e2-standard-4",
      spot: false,
      diskType: "pd-balanced",
      diskSizeGb: 100,
      imageType: "COS_CONTAINERD",
      oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
      shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      workloadMetadataConfig: { mode: "GKE_METADATA" },
      kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
      metadata: { "disable-legacy-endpoints": "true" },
      labels: { "agent-platform.io/pool": "general" },
    });
    assert.match(bootDiskKmsKey as string, /us-west1-volumes-key$/);
    assert.match(serviceAccount as string, /@agent-prod\.iam\.gserviceaccount\.com$/);
  });

  it("gives nodes an account that may write logs and metrics only", () => {
    const { accountId } = inputs("gcp:serviceaccount/account:Account", "us-west1-node-account");
    assert.match(accountId as string, /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/);
    const member = inputs("gcp:projects/iAMMember:IAMMember", "us-west1-node-account-role");
    assert.equal(member.role, "roles/container.defaultNodeServiceAccount");
  });

  it("lays out the network: secondary ranges, NAT of this subnetwork, webhooks from the control plane", () => {
    const subnetwork = inputs("gcp:compute/subnetwork:Subnetwork", "us-west1-subnetwork");
    assert.equal(subnetwork.ipCidrRange, "10.64.0.0/20");
    assert.equal(subnetwork.privateIpGoogleAccess, true);
    assert.deepEqual(subnetwork.secondaryIpRanges, [
      { rangeName: "pods", ipCidrRange: "10.68.0.0/14" },
      { rangeName: "services", ipCidrRange: "10.65.0.0/20" },
    ]);
    assert.equal(inputs("gcp:compute/network:Network", "us-west1-network").autoCreateSubnetworks, false);
    const nat = inputs("gcp:compute/routerNat:RouterNat", "us-west1-nat");
    assert.equal(nat.sourceSubnetworkIpRangesToNat, "LIST_OF_SUBNETWORKS");
    assert.equal((nat.subnetworks as object[]).length, 1);
    const rule = inputs("gcp:compute/firewall:Firewall", "us-west1-webhooks");
    assert.deepEqual(rule.sourceRanges, ["172.16.0.0/28"]);
    assert.deepEqual(rule.allows, [{ protocol: "tcp", ports: ["6443", "8443", "9443", "15017"] }]);
    assert.equal((rule.targetServiceAccounts as string[]).length, 1);
  });

  it("has a storage class on encrypted SSDs that binds where the pod lands and can grow", () => {
    const { parameters, ...plain } = inputs("kubernetes:storage.k8s.io/v1:StorageClass", "us-west1-storage-class");
    assert.equal(plain.provisioner, "pd.csi.storage.gke.io");
    assert.equal(plain.volumeBindingMode, "WaitForFirstConsumer");
    assert.equal(plain.allowVolumeExpansion, true);
    const { "disk-encryption-kms-key": key, ...rest } = parameters as Record<string, string>;
    assert.deepEqual(rest, { type: "pd-ssd", "csi.storage.k8s.io/fstype": "ext4" });
    assert.match(key!, /us-west1-volumes-key$/);
  });
});
