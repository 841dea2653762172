import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BucketGrant, PodFederation, WorkloadIdentityRequest } from "../cluster.js";
import { shortName } from "../names.js";
import { bucketStatements, policyDocument, webIdentityTrust } from "./iam.js";

/** An issuer that IAM trusts. */
export interface TrustedIssuer {
  readonly issuer: pulumi.Output<string>;
  /** ARN of the OIDC provider in IAM. */
  readonly providerArn: pulumi.Output<string>;
  /** Name of the cluster whose ServiceAccounts it vouches for. */
  readonly cluster: string;
  readonly provider: aws.Provider;
}

/** Role that one ServiceAccount can take on, for exactly the granted S3 buckets and their keys. */
export function createBucketRole(
  request: WorkloadIdentityRequest,
  grants: readonly BucketGrant[],
  trusted: TrustedIssuer,
): aws.iam.Role {
  const { namespace, serviceAccount } = request;
  const opts = { parent: request.parent, provider: trusted.provider };
  const role = new aws.iam.Role(
    `${request.name}-role`,
    {
      name: shortName(`${trusted.cluster}-${request.name}`, 64),
      description: `Buckets of ServiceAccount ${namespace}/${serviceAccount}`,
      assumeRolePolicy: pulumi
        .all([trusted.providerArn, trusted.issuer])
        .apply(([providerArn, issuer]) => webIdentityTrust({ providerArn, issuer, namespace, serviceAccount })),
    },
    opts,
  );
  const buckets = grants.map(({ bucket, access }) =>
    pulumi
      .all([bucket.resourceName, bucket.encryptionKey ?? pulumi.output(undefined)])
      .apply(([arn, keyArn]) => ({ arn, keyArn, access })),
  );
  new aws.iam.RolePolicy(
    `${request.name}-role-buckets`,
    { role: role.name, policy: pulumi.all(buckets).apply((resolved) => policyDocument(bucketStatements(resolved))) },
    opts,
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
