import { strict as assert } from "node:assert";
import fc from "fast-check";
import { externalAccount } from "../../../components/clusters/identity/gcs.js";
import { eksKubeconfig, gkeKubeconfig } from "../../../components/clusters/kubeconfig.js";
import { clusterName, shortName } from "../../../components/clusters/names.js";
import { labelsOf } from "../../../components/clusters/scope.js";
import { regionSchema } from "../../../config/schema/regions.js";
import { count } from "../../support/counts.js";

describe("names in the clouds", () => {
  const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,60}[a-z0-9])?$/);

  it("leaves a name that fits as it is, and cuts one that does not to the limit, telling them apart", () => {
    assert.equal(shortName("agent-production-us-east-1", 40), "agent-production-us-east-1");
    fc.assert(
      fc.property(label, label, fc.integer({ min: 12, max: 64 }), (one, two, limit) => {
        const [first, second] = [shortName(one, limit), shortName(two, limit)];
        assert.ok(first.length <= limit && /^[a-z]/.test(first) && /[a-z0-9]$/.test(first));
        assert.equal(first === second, one === two);
      }),
      { numRuns: count(200, 2000) },
    );
  });

  it("is within GKE's 40 characters for every stack and region key", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{1,60}$/), label, (stack, key) => {
        assert.match(clusterName(stack, key), /^[a-z][-a-z0-9]{0,38}[a-z0-9]$/);
      }),
      { numRuns: count(100, 1000) },
    );
  });

  it("makes labels that Google Cloud takes", () => {
    fc.assert(
      fc.property(fc.dictionary(label, fc.string({ maxLength: 63 })), (tags) => {
        for (const value of Object.values(labelsOf(tags))) assert.match(value, /^[a-z0-9_-]{0,}$/);
      }),
    );
  });
});

describe("kubeconfig", () => {
  const cluster = { name: "c", server: "https://c.example", certificateAuthority: "Q0E=" };
  const exec = (text: string) =>
    (JSON.parse(text) as { users: { user: { exec: Record<string, unknown> } }[] }).users[0]!.user.exec;

  it("asks the AWS CLI for a token, with the region", () => {
    assert.deepEqual(exec(eksKubeconfig(cluster, "eu-west-1")), {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      interactiveMode: "Never",
      provideClusterInfo: true,
      command: "aws",
      args: ["--region", "eu-west-1", "eks", "get-token", "--cluster-name", "c", "--output", "json"],
      installHint: "install the AWS CLI, version 2",
    });
  });

  it("asks Google's plug-in for a token, and holds no credential", () => {
    const text = gkeKubeconfig(cluster);
    assert.equal(exec(text).command, "gke-gcloud-auth-plugin");
    assert.deepEqual((JSON.parse(text) as { clusters: object[] }).clusters, [
      { name: "c", cluster: { server: "https://c.example", "certificate-authority-data": "Q0E=" } },
    ]);
    for (const word of ['token"', "password", "client-key"]) assert.ok(!text.includes(word), word);
  });

  it("exchanges a pod's token with Google by a file without a secret", () => {
    assert.deepEqual(
      JSON.parse(externalAccount("projects/1/locations/global/workloadIdentityPools/p/providers/eks-cluster")),
      {
        type: "external_account",
        audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/eks-cluster",
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        token_url: "https://sts.googleapis.com/v1/token",
        credential_source: { file: "/projected/gcp-token", format: { type: "text" } },
      },
    );
  });
});

describe("region schema", () => {
  const messages = (region: object) => {
    const parsed = regionSchema.safeParse({ role: "primary", key: "k", ...region });
    return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  };
  const aws = { cloud: "aws", region: "us-east-1" };
  const gcp = { cloud: "gcp", region: "us-west1", project: "agent-prod" };

  it("takes only sizes that the cloud takes", () => {
    assert.deepEqual(messages(aws), []);
    assert.deepEqual(messages(gcp), []);
    assert.deepEqual(messages({ ...aws, network: { cidr: "10.0.0.0/8" } }), [
      "network.cidr: must be an IPv4 network of /16 to /22, the size of a VPC of EKS",
    ]);
    assert.deepEqual(messages({ ...gcp, network: { podCidr: "10.4.0.0/22", controlPlaneCidr: "172.16.0.0/24" } }), [
      "network.podCidr: must be an IPv4 network of /9 to /21, the size of GKE's pods",
      "network.controlPlaneCidr: must be an IPv4 network of /28, the size of GKE's control plane",
    ]);
  });

  it("bounds the names that clouds limit", () => {
    const long = "a-name-of-more-than-24-characters";
    assert.equal(messages({ ...aws, key: long }).length, 1);
    const pool = { name: "more-than-16-characters", instanceTypes: ["m7i.large"] };
    assert.equal(messages({ ...aws, cluster: { nodePools: [pool] } }).length, 1);
  });

  it("takes versions of EKS's own add-ons only, in EKS's form", () => {
    assert.deepEqual(messages({ ...aws, cluster: { addonVersions: { coredns: "v1.12.4-eksbuild.1" } } }), []);
    assert.equal(messages({ ...aws, cluster: { addonVersions: { coredns: "latest" } } }).length, 1);
    assert.equal(messages({ ...aws, cluster: { addonVersions: { "core-dns": "v1.12.4-eksbuild.1" } } }).length, 1);
  });
});
