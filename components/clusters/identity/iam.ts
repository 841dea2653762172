import type { BucketAccess } from "../cluster.js";

type Principal = "*" | Readonly<Record<"AWS" | "Service" | "Federated", string>> | Readonly<Record<string, string>>;

/** One statement of an IAM policy, as plain data. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: Principal;
  readonly Action: readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** The JSON text of a policy. */
export function policyDocument(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Trust policy of a role that an AWS service takes on. */
export function serviceTrust(service: string): string {
  return policyDocument([
    { Sid: "ServiceTrust", Effect: "Allow", Principal: { Service: service }, Action: ["sts:AssumeRole"] },
  ]);
}

export interface WebIdentity {
  /** ARN of the OIDC provider in IAM. */
  readonly providerArn: string;
  /** URL of the cluster's issuer. */
  readonly issuer: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Trust policy of a role for exactly one ServiceAccount of one cluster: subject and audience must both be equal. */
export function webIdentityTrust(identity: WebIdentity): string {
  const key = identity.issuer.replace(/^https:\/\//, "");
  return policyDocument([
    {
      Sid: "OneServiceAccount",
      Effect: "Allow",
      Principal: { Federated: identity.providerArn },
      Action: ["sts:AssumeRoleWithWebIdentity"],
      Condition: {
        StringEquals: {
          [`${key}:aud`]: "sts.amazonaws.com",
          [`${key}:sub`]: `system:serviceaccount:${identity.namespace}:${identity.serviceAccount}`,
        },
      },
    },
  ]);
}

/** A granted bucket with its addresses resolved. */
export interface ResolvedBucket {
  readonly arn: string;
  readonly keyArn?: string;
  readonly access: BucketAccess;
  readonly object?: string;
}

// Without the right to list, S3 answers that an absent object is forbidden, not that it is absent.
const bucketActions: Readonly<Record<BucketAccess, readonly string[]>> = {
  object: ["s3:ListBucket"],
  read: ["s3:GetBucketLocation", "s3:ListBucket"],
  write: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
};

// A writer deletes what its retention has passed: in a versioned bucket that writes a delete marker. Deleting a version
// is not granted, so that a stolen writer cannot destroy a backup even where the lock has lapsed.
const objectActions: Readonly<Record<BucketAccess, readonly string[]>> = {
  object: ["s3:GetObject", "s3:PutObject"],
  read: ["s3:GetObject", "s3:GetObjectVersion"],
  write: [
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
  ],
};

const keyActions: Readonly<Record<BucketAccess, readonly string[]>> = {
  object: ["kms:Decrypt", "kms:GenerateDataKey"],
  read: ["kms:Decrypt", "kms:DescribeKey"],
  write: ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
};

/** What a workload may do in S3: the granted buckets with their keys, and nothing else. */
export function bucketStatements(buckets: readonly ResolvedBucket[]): readonly Statement[] {
  return (["read", "write", "object"] as const).flatMap((access) => {
    const granted = buckets.filter((bucket) => bucket.access === access);
    if (granted.length === 0) return [];
    const label = { read: "Read", write: "Write", object: "Replace" }[access];
    const arns = granted.map((bucket) => bucket.arn);
    const keys = [...new Set(granted.flatMap((bucket) => bucket.keyArn ?? []))];
    const statements: Statement[] = [
      { Sid: `${label}Buckets`, Effect: "Allow", Action: bucketActions[access], Resource: arns },
      {
        Sid: `${label}Objects`,
        Effect: "Allow",
        Action: objectActions[access],
        Resource: granted.map(({ arn, object }) => `${arn}/${object ?? "*"}`),
      },
    ];
    if (keys.length > 0) {
      statements.push({ Sid: `${label}Keys`, Effect: "Allow", Action: keyActions[access], Resource: keys });
    }
    return statements;
  });
}
