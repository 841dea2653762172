import * as pulumi from "@pulumi/pulumi";
import type { Store } from "../../config/schema/data.js";
import type { ExistingRegionConfig } from "../../config/schema/regions.js";
import type { BucketRef } from "../clusters/cluster.js";

/** Buckets of an S3-compatible store that somebody else runs: named by the configuration, created by its owner. */
export function externalBuckets(region: ExistingRegionConfig, stores: readonly Store[]): Record<Store, BucketRef> {
  const { backupStore } = region;
  if (backupStore === undefined) throw new Error(`region ${region.key} has no backup store`);
  const refs = stores.map((store): [Store, BucketRef] => {
    const name = `${backupStore.bucketPrefix}-${store}`;
    return [
      store,
      {
        key: `${region.key}-${store}`,
        region: region.key,
        cloud: "existing",
        name: pulumi.output(name),
        uri: pulumi.output(`s3://${name}`),
        resourceName: pulumi.output(`arn:aws:s3:::${name}`),
        endpoint: backupStore.endpoint,
      },
    ];
  });
  return Object.fromEntries(refs) as Record<Store, BucketRef>;
}
