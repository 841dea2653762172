import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { BucketAccess, BucketGrant, ClusterTarget } from "../../../components/clusters/cluster.js";
import { awsRegion, gcpRegion, regionOf, runCluster } from "../../support/cluster-run.js";

const bucket = (cloud: "aws" | "gcp" | "existing", access: BucketAccess): BucketGrant => ({
  access,
  bucket: {
    key: `${cloud}-postgres`,
    region: cloud,
    cloud,
    name: pulumi.output(`backups-${cloud}`),
    uri: pulumi.output(`${cloud === "gcp" ? "gs" : "s3"}://backups-${cloud}`),
    resourceName: pulumi.output(cloud === "aws" ? "arn:aws:s3:::backups-aws" : `backups-${cloud}`),
    encryptionKey: cloud === "aws" ? pulumi.output("arn:aws:kms:us-east-1:1:key/k") : undefined,
  },
});

/** Hands an identity over as the stack's output, which the run resolves. */
function identify(...grants: readonly BucketGrant[]) {
  return (cluster: ClusterTarget): Record<string, unknown> => {
    const parent = new pulumi.ComponentResource("test:Owner", "owner");
    const namespace = new k8s.core.v1.Namespace("namespace", {}, { parent, provider: cluster.provider });
    const identity = cluster.workloadIdentity({
      name: "postgres-backup",
      namespace: "agent",
      serviceAccount: "postgres",
      grants,
      parent,
      dependsOn: [namespace],
    });
    return { identity };
  };
}

interface Identity {
  readonly serviceAccountAnnotations: Record<string, string>;
  readonly credentialsSecret?: string;
  readonly principal?: string;
  readonly federation?: { mountPath: string; sources: object[]; env: Record<string, string> };
}

async function run(region: Parameters<typeof runCluster>[0], grants: readonly BucketGrant[], gcpProject?: string) {
  const result = await runCluster(region, { use: identify(...grants), args: { gcpProject } });
  return { ...result, identity: result.outputs.identity as Identity };
}

const statements = (text: unknown) =>
  (JSON.parse(text as string) as { Statement: Record<string, unknown>[] }).Statement;

describe("workload identity", () => {
  it("EKS and S3: a role for one ServiceAccount, one bucket and its key", async () => {
    const { get, names, identity } = await run(awsRegion(), [bucket("aws", "write")]);
    const role = get("aws:iam/role:Role", "postgres-backup-role");
    assert.equal(role.parent?.split("::").at(-1), "owner");
    assert.equal(role.inputs.name, "agent-production-us-east-1-postgres-backup");
    const [trust] = statements(role.inputs.assumeRolePolicy);
    const conditions = Object.entries((trust!.Condition as { StringEquals: object }).StringEquals);
    assert.deepEqual(
      conditions.map(([key, value]) => [key.split(":").at(-1), value as string]),
      [
        ["aud", "sts.amazonaws.com"],
        ["sub", "system:serviceaccount:agent:postgres"],
      ],
    );
    assert.deepEqual(statements(get("aws:iam/rolePolicy:RolePolicy", "postgres-backup-role-buckets").inputs.policy), [
      {
        Sid: "WriteBuckets",
        Effect: "Allow",
        Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        Resource: ["arn:aws:s3:::backups-aws"],
      },
      {
        Sid: "WriteObjects",
        Effect: "Allow",
        Action: [
          "s3:GetObject",
          "s3:GetObjectVersion",
          "s3:PutObject",
          "s3:DeleteObject",
          "s3:AbortMultipartUpload",
          "s3:ListMultipartUploadParts",
        ],
        Resource: ["arn:aws:s3:::backups-aws/*"],
      },
      {
        Sid: "WriteKeys",
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
        Resource: ["arn:aws:kms:us-east-1:1:key/k"],
      },
    ]);
    assert.deepEqual(Object.keys(identity.serviceAccountAnnotations), ["eks.amazonaws.com/role-arn"]);
    assert.equal(identity.principal, identity.serviceAccountAnnotations["eks.amazonaws.com/role-arn"]);
    assert.equal(identity.federation, undefined);
    assert.deepEqual(names("gcp:iam/workloadIdentityPool:WorkloadIdentityPool"), []);
  });

  it("GKE and GCS: a service account that one ServiceAccount acts as, with roles on one bucket", async () => {
    const { get, names, identity } = await run(gcpRegion(), [bucket("gcp", "write")]);
    const { accountId } = get("gcp:serviceaccount/account:Account", "postgres-backup-account").inputs;
    assert.match(accountId as string, /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/);
    const user = get("gcp:serviceaccount/iAMMember:IAMMember", "postgres-backup-account-user").inputs;
    assert.equal(user.role, "roles/iam.workloadIdentityUser");
    assert.equal(user.member, "serviceAccount:agent-prod.svc.id.goog[agent/postgres]");
    const members = names("gcp:storage/bucketIAMMember:BucketIAMMember").map(
      (name) => get("gcp:storage/bucketIAMMember:BucketIAMMember", name).inputs,
    );
    assert.deepEqual(
      members.map(({ bucket: name, role }) => [name, role]),
      [
        ["backups-gcp", "roles/storage.legacyBucketReader"],
        ["backups-gcp", "roles/storage.objectUser"],
      ],
    );
    assert.deepEqual(identity.serviceAccountAnnotations, { "iam.gke.io/gcp-service-account": identity.principal });
    assert.equal(members[0]!.member, `serviceAccount:${identity.principal ?? ""}`);
    assert.equal(identity.federation, undefined);
    assert.deepEqual(names("pulumi:providers:aws"), []);
  });

  it("GKE and S3: AWS trusts the cluster's issuer, and the pod carries a token for a read-only role", async () => {
    const { get, names, identity } = await run(gcpRegion(), [bucket("aws", "read")]);
    const issuer =
      "https://container.googleapis.com/v1/projects/agent-prod/locations/us-west1/clusters/agent-production-us-west1";
    assert.deepEqual(get("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "us-west1-oidc").inputs, {
      url: issuer,
      clientIdLists: ["sts.amazonaws.com"],
    });
    const [trust] = statements(get("aws:iam/role:Role", "postgres-backup-role").inputs.assumeRolePolicy);
    assert.deepEqual(trust!.Condition, {
      StringEquals: {
        [`${issuer.slice(8)}:aud`]: "sts.amazonaws.com",
        [`${issuer.slice(8)}:sub`]: "system:serviceaccount:agent:postgres",
      },
    });
    const policy = get("aws:iam/rolePolicy:RolePolicy", "postgres-backup-role-buckets").inputs.policy;
    assert.deepEqual(
      statements(policy).flatMap(({ Action }) => Action),
      [
        "s3:GetBucketLocation",
        "s3:ListBucket",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "kms:Decrypt",
        "kms:DescribeKey",
      ],
    );
    assert.deepEqual(identity.serviceAccountAnnotations, {});
    assert.deepEqual(identity.federation, {
      mountPath: "/projected",
      sources: [{ serviceAccountToken: { audience: "sts.amazonaws.com", expirationSeconds: 3600, path: "aws-token" } }],
      env: { AWS_ROLE_ARN: identity.principal, AWS_WEB_IDENTITY_TOKEN_FILE: "/projected/aws-token" },
    });
    assert.deepEqual(names("gcp:serviceaccount/account:Account"), ["us-west1-node-account"]);
  });

  it("EKS and GCS: Google trusts the cluster's issuer, and the pod carries a token and a file without a secret", async () => {
    const { get, names, identity } = await run(awsRegion(), [bucket("gcp", "read")], "agent-prod");
    const provider = get(
      "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
      "us-east-1-pool-provider",
    ).inputs;
    const { issuerUri, allowedAudiences } = provider.oidc as { issuerUri: string; allowedAudiences: string[] };
    assert.match(provider.workloadIdentityPoolProviderId as string, /^(?!gcp-)[a-z0-9-]{4,32}$/);
    assert.match(issuerUri, /^https:\/\/oidc\.eks\./);
    assert.deepEqual(allowedAudiences, ["agent-platform"]);
    assert.deepEqual(provider.attributeMapping, { "google.subject": "assertion.sub" });
    const { workloadIdentityPoolId } = get(
      "gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
      "us-east-1-pool",
    ).inputs;
    assert.match(workloadIdentityPoolId as string, /^agent-production-us-east-1-[0-9a-f]+$/);
    const members = names("gcp:storage/bucketIAMMember:BucketIAMMember").map(
      (name) => get("gcp:storage/bucketIAMMember:BucketIAMMember", name).inputs.role,
    );
    assert.deepEqual(members, ["roles/storage.legacyBucketReader", "roles/storage.objectViewer"]);
    const config = get("kubernetes:core/v1:ConfigMap", "postgres-backup-gcp-credentials");
    assert.ok(config.dependencies.some((urn) => urn.endsWith("::namespace")));
    assert.deepEqual(config.inputs.metadata, { name: "postgres-backup-gcp-credentials", namespace: "agent" });
    assert.deepEqual(identity.federation?.sources, [
      { serviceAccountToken: { audience: "agent-platform", expirationSeconds: 3600, path: "gcp-token" } },
      {
        configMap: {
          name: "postgres-backup-gcp-credentials",
          items: [{ key: "gcp-credentials.json", path: "gcp-credentials.json" }],
        },
      },
    ]);
    assert.deepEqual(identity.federation.env, {
      GOOGLE_APPLICATION_CREDENTIALS: "/projected/gcp-credentials.json",
      GOOGLE_CLOUD_PROJECT: "agent-prod",
    });
    assert.deepEqual(identity.serviceAccountAnnotations, {});
    assert.ok(!names("aws:iam/role:Role").includes("postgres-backup-role"));
  });

  it("makes one trust a cluster, however many workloads need it", async () => {
    const twice = (cluster: ClusterTarget) => {
      const parent = new pulumi.ComponentResource("test:Owner", "owner");
      for (const name of ["one", "two"]) {
        const grants = [bucket("aws", "read")];
        cluster.workloadIdentity({ name, namespace: "agent", serviceAccount: name, grants, parent });
      }
      return {};
    };
    const result = await runCluster(gcpRegion(), { use: twice });
    assert.deepEqual(result.names("aws:iam/openIdConnectProvider:OpenIdConnectProvider"), ["us-west1-oidc"]);
    assert.deepEqual(result.names("aws:iam/role:Role"), ["one-role", "two-role"]);
  });

  it("registers nothing where nothing is granted", async () => {
    for (const region of [awsRegion(), gcpRegion()]) {
      const bare = await runCluster(region);
      const { resources, identity } = await run(region, []);
      assert.equal(resources.length, bare.resources.length + 2, "the test's own owner and namespace");
      assert.deepEqual(identity.serviceAccountAnnotations, {});
      assert.equal(identity.principal, undefined);
    }
  });

  it("refuses what no cloud can vouch for, naming region and fix", async () => {
    const local = (config: object) =>
      regionOf({
        cloud: "existing",
        key: "local-a",
        kubeconfig: "test/program/clusters/kubeconfig.yaml",
        context: "local-a",
        ...config,
      });
    const store = { backupStore: { endpoint: "http://s3.example", bucketPrefix: "backups" } };
    const cases = [
      [awsRegion(), bucket("gcp", "read"), /Google Cloud project that trusts/],
      [awsRegion(), bucket("existing", "read"), /static credentials only/],
      [gcpRegion(), bucket("existing", "write"), /static credentials only/],
      [local(store), bucket("aws", "read"), /which no cloud trusts/],
      [local({}), bucket("existing", "write"), /credentials of its backupStore/],
    ] as const;
    for (const [region, grant, rule] of cases) {
      await assert.rejects(run(region, [grant]), (thrown: { exitCode?: number; faults?: { rule: string }[] }) => {
        assert.equal(thrown.exitCode, 2);
        assert.match(thrown.faults![0]!.rule, rule);
        return true;
      });
    }
    const { identity } = await run(local(store), [bucket("existing", "write")]);
    assert.deepEqual(identity, { serviceAccountAnnotations: {}, credentialsSecret: "backup-credentials" });
  });
});
