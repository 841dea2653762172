import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { BucketAccess, BucketGrant, BucketRef, PodFederation, WorkloadIdentityRequest } from "../cluster.js";

// Backup tools look the bucket itself up before they use it, which the object roles do not include.
const bucketRoles: Readonly<Record<BucketAccess, Readonly<Record<string, string>>>> = {
  object: { lookup: "roles/storage.legacyBucketReader", replace: "roles/storage.objectUser" },
  read: { lookup: "roles/storage.legacyBucketReader", read: "roles/storage.objectViewer" },
  write: { lookup: "roles/storage.legacyBucketReader", write: "roles/storage.objectUser" },
};

/** Narrows a role on a bucket to one of its objects. */
function onlyObject(
  { name }: BucketRef,
  object: string,
): { readonly title: string; readonly expression: pulumi.Output<string> } {
  return {
    title: "one object",
    expression: pulumi.interpolate`resource.name == "projects/_/buckets/${name}/objects/${object}"`,
  };
}

/** Roles of one principal on exactly the granted GCS buckets. */
export function createBucketMembers(
  request: WorkloadIdentityRequest,
  grants: readonly BucketGrant[],
  principal: { readonly member: pulumi.Output<string>; readonly provider: gcp.Provider },
): void {
  for (const { bucket, access, object } of grants) {
    for (const [key, role] of Object.entries(bucketRoles[access])) {
      const condition = key === "replace" && object !== undefined ? { condition: onlyObject(bucket, object) } : {};
      new gcp.storage.BucketIAMMember(
        `${request.name}-${bucket.key}-${key}`,
        { bucket: bucket.name, role, member: principal.member, ...condition },
        { parent: request.parent, provider: principal.provider },
      );
    }
  }
}

/** A workload identity pool that trusts a cluster's issuer. */
export interface TrustingPool {
  readonly project: string;
  readonly pool: gcp.iam.WorkloadIdentityPool;
  readonly poolProvider: gcp.iam.WorkloadIdentityPoolProvider;
  readonly provider: gcp.Provider;
  /** Audience that the pool asks of a token. */
  readonly audience: string;
}

/** The principal that a ServiceAccount is in a pool; no Google service account stands between. */
export function poolMember(trusting: TrustingPool, request: WorkloadIdentityRequest): pulumi.Output<string> {
  const subject = `system:serviceaccount:${request.namespace}:${request.serviceAccount}`;
  return pulumi.interpolate`principal://iam.googleapis.com/${trusting.pool.name}/subject/${subject}`;
}

/** Credential file by which Google's libraries exchange the pod's token; it holds no secret. */
export function externalAccount(poolProviderName: string): string {
  return JSON.stringify({
    type: "external_account",
    audience: `//iam.googleapis.com/${poolProviderName}`,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: { file: "/projected/gcp-token", format: { type: "text" } },
  });
}

/** What a pod outside Google Cloud carries: a token for the pool and the credential file that points at it. */
export function gcsFederation(
  request: WorkloadIdentityRequest,
  trusting: TrustingPool,
  cluster: k8s.Provider,
): PodFederation {
  const file = "gcp-credentials.json";
  const config = new k8s.core.v1.ConfigMap(
    `${request.name}-gcp-credentials`,
    {
      metadata: { name: `${request.name}-gcp-credentials`, namespace: request.namespace },
      data: { [file]: trusting.poolProvider.name.apply(externalAccount) },
    },
    { parent: request.parent, provider: cluster, dependsOn: [...(request.dependsOn ?? [])] },
  );
  return {
    mountPath: "/projected",
    sources: [
      { serviceAccountToken: { audience: trusting.audience, expirationSeconds: 3600, path: "gcp-token" } },
      { configMap: { name: config.metadata.name, items: [{ key: file, path: file }] } },
    ],
    env: { GOOGLE_APPLICATION_CREDENTIALS: `/projected/${file}`, GOOGLE_CLOUD_PROJECT: trusting.project },
  };
}
