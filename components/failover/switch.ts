import * as aws from "@pulumi/aws";
import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/schema/stack.js";
import type { ClusterTarget } from "../clusters/cluster.js";
import { switchBucketPrefix, switchObject } from "./names.js";

/** A bucket in which the switch of any region can be thrown. */
export interface SwitchBucket {
  readonly region: string;
  readonly name: pulumi.Output<string>;
  /** Bucket as a URL: `s3://…` or `gs://…`; what `operations/` writes to. */
  readonly uri: pulumi.Output<string>;
  /** Host and path at which the health checkers ask for a region's object. */
  readonly host: pulumi.Output<string>;
  path(region: string): pulumi.Output<string>;
}

/** Days for which a bucket shows who threw a switch, and when: long enough for the review of an outage. */
const historyDays = 90;

export interface SwitchArgs {
  readonly name: string;
  readonly config: StackConfig;
  readonly clusters: readonly ClusterTarget[];
  readonly dnsProvider: aws.Provider;
  readonly parent: pulumi.Resource;
}

/** Policy of an S3 switch: the health checkers' addresses may read the objects, and nobody without TLS anything. */
export function switchReadPolicy(arn: string, checkers: readonly string[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "HealthCheckersRead",
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `${arn}/fail-away/*`,
        Condition: { IpAddress: { "aws:SourceIp": [...checkers] } },
      },
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}

/** Policy of who throws the switch: these objects, and nothing else in the account. */
export function switchPublishPolicy(arns: readonly string[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["s3:PutObject", "s3:DeleteObject", "s3:GetObject"],
        Resource: arns.map((arn) => `${arn}/fail-away/*`),
      },
    ],
  });
}

interface S3Switch extends SwitchBucket {
  readonly arn: pulumi.Output<string>;
}

/** Bucket in S3. Public access stays blocked: a policy bound to fixed addresses does not count as public. */
function createS3({ name, parent }: SwitchArgs, { key, region, cloudProvider: provider }: ClusterTarget): S3Switch {
  const options = { parent, provider };
  const bucket = new aws.s3.Bucket(
    `${name}-switch-${key}`,
    { bucketPrefix: switchBucketPrefix(pulumi.getStack()), forceDestroy: true },
    options,
  );
  new aws.s3.BucketPublicAccessBlock(
    `${name}-switch-${key}-private`,
    {
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    options,
  );
  // Keys of KMS are of no use here: an anonymous reader can use none, and the object says nothing.
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-switch-${key}-encryption`,
    { bucket: bucket.bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    options,
  );
  keepHistory(`${name}-switch-${key}`, bucket, options);
  const checkers = aws.getIpRangesOutput({ services: ["route53_healthchecks"] }, { provider, parent });
  new aws.s3.BucketPolicy(
    `${name}-switch-${key}-readers`,
    {
      bucket: bucket.bucket,
      policy: pulumi.all([bucket.arn, checkers.cidrBlocks]).apply(([arn, cidrs]) => switchReadPolicy(arn, cidrs)),
    },
    options,
  );
  return {
    region: key,
    name: bucket.bucket,
    uri: pulumi.interpolate`s3://${bucket.bucket}`,
    arn: bucket.arn,
    host: pulumi.interpolate`${bucket.bucket}.s3.${region}.amazonaws.com`,
    path: (of) => pulumi.output(`/${switchObject(of)}`),
  };
}

/** Old positions stay readable to an auditor; to the health checkers a deleted object is gone, versions or not. */
function keepHistory(name: string, { bucket }: aws.s3.Bucket, options: pulumi.CustomResourceOptions): void {
  const versioning = new aws.s3.BucketVersioning(
    `${name}-versioning`,
    { bucket, versioningConfiguration: { status: "Enabled" } },
    options,
  );
  new aws.s3.BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    {
      bucket,
      rules: [
        {
          id: "clear-old-positions",
          status: "Enabled",
          filter: {},
          noncurrentVersionExpiration: { noncurrentDays: historyDays },
          expiration: { expiredObjectDeleteMarker: true },
        },
      ],
    },
    { ...options, dependsOn: [versioning] },
  );
}

/**
 * Bucket in Cloud Storage. It holds nothing but the switch, whose objects anyone may read and nobody list: IAM knows no
 * addresses. Objects must be written with `Cache-Control: no-store`, or a cache would hold the switch for an hour.
 */
function createGcs(
  { name, parent }: SwitchArgs,
  { key, region, cloudProvider: provider }: ClusterTarget,
): SwitchBucket {
  const options = { parent, provider };
  const bucket = new gcp.storage.Bucket(
    `${name}-switch-${key}`,
    {
      location: region.toUpperCase(),
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "inherited",
      forceDestroy: true,
      versioning: { enabled: true },
      lifecycleRules: [{ action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: historyDays } }],
    },
    options,
  );
  new gcp.storage.BucketIAMMember(
    `${name}-switch-${key}-readers`,
    { bucket: bucket.name, role: "roles/storage.legacyObjectReader", member: "allUsers" },
    options,
  );
  const publisher = new gcp.serviceaccount.Account(
    `${name}-switch-${key}-publisher`,
    { accountId: `switch-${key}`.slice(0, 30), displayName: "Throws the failover switch, and nothing else" },
    options,
  );
  new gcp.storage.BucketIAMMember(
    `${name}-switch-${key}-publish`,
    {
      bucket: bucket.name,
      role: "roles/storage.objectUser",
      member: pulumi.interpolate`serviceAccount:${publisher.email}`,
    },
    options,
  );
  return {
    region: key,
    name: bucket.name,
    uri: pulumi.interpolate`gs://${bucket.name}`,
    host: pulumi.output("storage.googleapis.com"),
    path: (of) => pulumi.interpolate`/${bucket.name}/${switchObject(of)}`,
  };
}

/** Role in AWS that may throw the switch, for the operators that the configuration names. */
function createPublisher(args: SwitchArgs, arns: readonly pulumi.Output<string>[]): void {
  const { name, config, dnsProvider, parent } = args;
  const { switchOperators } = config.failover;
  if (switchOperators.length === 0 || arns.length === 0) return;
  const role = new aws.iam.Role(
    `${name}-switch-publisher`,
    {
      description: "Throws the failover switch, and nothing else",
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: switchOperators } }],
      }),
    },
    { parent, provider: dnsProvider },
  );
  new aws.iam.RolePolicy(
    `${name}-switch-publisher`,
    { role: role.name, policy: pulumi.all([...arns]).apply(switchPublishPolicy) },
    { parent, provider: dnsProvider },
  );
}

/** One switch bucket in every region that is in a cloud, so that the switch can be thrown while a region is down. */
export function createSwitches(args: SwitchArgs): readonly SwitchBucket[] {
  const s3 = args.clusters.filter(({ cloud }) => cloud === "aws").map((cluster) => createS3(args, cluster));
  const gcs = args.clusters.filter(({ cloud }) => cloud === "gcp").map((cluster) => createGcs(args, cluster));
  createPublisher(
    args,
    s3.map((bucket) => bucket.arn),
  );
  return [...s3, ...gcs];
}
