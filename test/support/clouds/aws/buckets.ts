import { named, present, type Inputs } from "../inputs.js";
import { keyValues, pascal, textAt, type Create } from "./shapes.js";

/** Calls that put something onto a bucket that is there. */
const ofBucket =
  (operation: string, params: (inputs: Inputs) => Inputs): Create =>
  async ({ inputs, call }) => {
    await call("s3", operation, { Bucket: inputs.bucket, ...params(inputs) });
    return { id: textAt(inputs, "bucket") };
  };

const bucket: Create = async ({ name, inputs, region, call }) => {
  const { bucketPrefix } = inputs;
  // The provider puts the time and a counter behind a prefix, 26 digits.
  const made = typeof bucketPrefix === "string" ? `${bucketPrefix}20260101000000000000000001` : undefined;
  const Bucket = named(inputs.bucket ?? made, name);
  await call(
    "s3",
    "CreateBucket",
    present({
      Bucket,
      ObjectLockEnabledForBucket: inputs.objectLockEnabled,
      // The first region is the one that is not named.
      ...(region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint: region } }),
    }),
  );
  const TagSet = keyValues(inputs.tags);
  if (TagSet) await call("s3", "PutBucketTagging", { Bucket, Tagging: { TagSet } });
  return {
    id: Bucket,
    bucket: Bucket,
    arn: `arn:aws:s3:::${Bucket}`,
    bucketRegionalDomainName: `${Bucket}.s3.${region}.amazonaws.com`,
  };
};

export const buckets: Readonly<Record<string, Create>> = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ofBucket(
    "PutBucketLifecycleConfiguration",
    ({ rules }) => ({
      LifecycleConfiguration: {
        Rules: pascal(rules, { id: "ID" }),
      },
    }),
  ),
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": ofBucket(
    "PutObjectLockConfiguration",
    ({ rule }) => ({ ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: pascal(rule) } }),
  ),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ofBucket("PutBucketOwnershipControls", ({ rule }) => ({
    OwnershipControls: { Rules: [pascal(rule)] },
  })),
  "aws:s3/bucketPolicy:BucketPolicy": ofBucket("PutBucketPolicy", ({ policy }) => ({ Policy: policy })),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ofBucket("PutPublicAccessBlock", (inputs) => ({
    PublicAccessBlockConfiguration: present({
      BlockPublicAcls: inputs.blockPublicAcls,
      BlockPublicPolicy: inputs.blockPublicPolicy,
      IgnorePublicAcls: inputs.ignorePublicAcls,
      RestrictPublicBuckets: inputs.restrictPublicBuckets,
    }),
  })),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ofBucket(
    "PutBucketEncryption",
    ({ rules }) => ({
      ServerSideEncryptionConfiguration: {
        Rules: pascal(rules, { kmsMasterKeyId: "KMSMasterKeyID", sseAlgorithm: "SSEAlgorithm" }),
      },
    }),
  ),
  "aws:s3/bucketVersioning:BucketVersioning": ofBucket("PutBucketVersioning", ({ versioningConfiguration }) => ({
    VersioningConfiguration: pascal(versioningConfiguration),
  })),
};
