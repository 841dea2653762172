import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BucketGrant, PodFederation, WorkloadIdentityRequest } from "../cluster.js";
import { createTrustedRole, type TrustedIssuer } from "./aws-role.js";
import { bucketStatements, policyDocument } from "./iam.js";

/** Role that one ServiceAccount can take on, for exactly the granted S3 buckets and their keys. */
export function createBucketRole(
  request: WorkloadIdentityRequest,
  grants: readonly BucketGrant[],
  trusted: TrustedIssuer,
): aws.iam.Role {
  const { name, namespace, serviceAccount, parent } = request;
  const description = `Buckets of ServiceAccount ${namespace}/${serviceAccount}`;
  const role = createTrustedRole({ name, namespace, serviceAccount, parent, description }, trusted);
  const buckets = grants.map(({ bucket, access, object }) =>
    pulumi
      .all([bucket.resourceName, bucket.encryptionKey ?? pulumi.output(undefined)])
      .apply(([arn, keyArn]) => ({ arn, keyArn, access, object })),
  );
  new aws.iam.RolePolicy(
    `${name}-role-buckets`,
    { role: role.name, policy: pulumi.all(buckets).apply((resolved) => policyDocument(bucketStatements(resolved))) },
    { parent, provider: trusted.provider },
  );
  return role;
}

/** What a pod outside AWS carries to take on a role: a token for STS and the SDKs' own variables. */
export function s3Federation(role: aws.iam.Role): PodFederation {
  return {
    mountPath: "/projected",
    sources: [{ serviceAccountToken: { audience: "sts.amazonaws.com", expirationSeconds: 3600, path: "aws-token" } }],
    env: { AWS_ROLE_ARN: role.arn, AWS_WEB_IDENTITY_TOKEN_FILE: "/projected/aws-token" },
  };
}
