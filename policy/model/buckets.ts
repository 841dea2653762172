import type { CloudResource, Subject } from "./resource.js";
import { append } from "./collections.js";
import type { PlatformView } from "./view.js";
import { at, record, stringMap, text, type Plain } from "./values.js";

const AWS_BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const GCP_BUCKETS = ["gcp:storage/bucket:Bucket"];

/** Side-cars that hold an S3 bucket's settings, by the field of a bucket that each fills. */
const SIDECARS: Readonly<Record<string, Facet>> = {
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "publicAccess",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "encryption",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": "encryption",
  "aws:s3/bucketVersioning:BucketVersioning": "versioning",
  "aws:s3/bucketVersioningV2:BucketVersioningV2": "versioning",
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": "lock",
  "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2": "lock",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "lifecycle",
  "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": "lifecycle",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
};

type Facet = "publicAccess" | "encryption" | "versioning" | "lock" | "lifecycle" | "policy";

/** A bucket of any cloud with what was declared beside it. */
export interface Bucket extends Subject {
  readonly cloud: "aws" | "gcp";
  readonly name: string;
  readonly props: Plain;
  readonly tags: Readonly<Record<string, string>>;
  /** Properties of the side-cars; absent ones were not declared. */
  readonly facets: Readonly<Partial<Record<Facet, Plain>>>;
  /** Holds backups: locked, versioned and kept for as long as its store asks. */
  readonly vault: boolean;
}

/** Buckets with their side-cars: joined by name, by what the inputs were made from, or by their common parent. */
export function bucketsOf(view: PlatformView): readonly Bucket[] {
  return view.once("buckets", () => {
    const sidecars = new Map<CloudResource, CloudResource[]>();
    const buckets = view.ofType(...AWS_BUCKETS);
    for (const sidecar of view.ofType(...Object.keys(SIDECARS))) {
      const owner = ownerOf(sidecar, buckets);
      if (owner) append(sidecars, owner, sidecar);
    }
    return [
      ...buckets.map((bucket) => toBucket(bucket, "aws", sidecars.get(bucket) ?? [])),
      ...view.ofType(...GCP_BUCKETS).map((bucket) => toBucket(bucket, "gcp", [])),
    ];
  });
}

function toBucket(bucket: CloudResource, cloud: "aws" | "gcp", sidecars: readonly CloudResource[]): Bucket {
  const tags = stringMap(cloud === "aws" ? bucket.props.tags : bucket.props.labels);
  const facets: Partial<Record<Facet, Plain>> = {};
  for (const sidecar of sidecars) {
    const facet = SIDECARS[sidecar.type];
    if (facet) facets[facet] = sidecar.props;
  }
  const spelled = [
    bucket.name,
    text(bucket.props.bucket) ?? "",
    text(bucket.props.name) ?? "",
    ...Object.entries(tags).flat(),
  ];
  const vault = spelled.some((word) => /backup|vault/i.test(word));
  const { id, origin, annotations, name, props } = bucket;
  return { id, origin, annotations: { ...annotations, ...tags }, cloud, name, props, tags, facets, vault };
}

function ownerOf(sidecar: CloudResource, buckets: readonly CloudResource[]): CloudResource | undefined {
  const reference = text(sidecar.props.bucket);
  return (
    buckets.find((bucket) => reference !== undefined && namesOf(bucket).includes(reference)) ??
    buckets.find((bucket) => sidecar.related.includes(bucket.origin.urn ?? "")) ??
    only(buckets.filter((bucket) => bucket.related.some((urn) => sidecar.related.includes(urn))))
  );
}

function namesOf(bucket: CloudResource): readonly string[] {
  return [bucket.props.bucket, bucket.props.id, bucket.props.arn].flatMap((name) => text(name) ?? []);
}

function only<T>(entries: readonly T[]): T | undefined {
  return entries.length === 1 ? entries[0] : undefined;
}

/** A value at a path of a side-car, or of the bucket itself where the cloud or an old program keeps it inline. */
export function setting(bucket: Bucket, facet: Facet, ...path: readonly (string | number)[]): unknown {
  return at(record(bucket.facets[facet]), ...path);
}
