import * as pulumi from "@pulumi/pulumi";
import type { BackupPlan } from "../../config/backup-table.js";
import type { Store } from "../../config/schema/data.js";
import type { BucketRef } from "../clusters/cluster.js";
import { marks, type RegionVaults } from "../contracts.js";

/**
 * Where a region's backups of a store start: `<bucket>/<region key>`. A copy keeps the path of its original, so that one
 * bucket holds its own region's backups beside the copies of another's.
 */
export function vaultPath(bucket: BucketRef, region: string): pulumi.Output<string> {
  return pulumi.interpolate`${bucket.uri}/${region}`;
}

/** Where a job finds a bucket that is no cloud's own: the variable that AWS's tools and `agent-platform-backup` read. */
export function endpointEnv({ endpoint }: BucketRef): { name: string; value: string }[] {
  return endpoint === undefined ? [] : [{ name: "AWS_ENDPOINT_URL_S3", value: endpoint }];
}

/** Metadata of everything that schedules a backup: what, when, how long, and where it goes. */
export function backupMarks(
  plan: BackupPlan,
  vaults: RegionVaults,
): { readonly labels: Record<string, string>; readonly annotations: Record<string, pulumi.Input<string>> } {
  const copy = vaults.copies?.[plan.store];
  return {
    labels: { [marks.store]: plan.store, [marks.backup]: "true" },
    annotations: {
      [marks.schedule]: plan.schedule,
      [marks.retentionDays]: String(plan.retentionDays),
      [marks.encrypted]: "true",
      [marks.location]: vaultPath(vaults.buckets[plan.store], vaults.region),
      ...(copy === undefined ? {} : { [marks.copyLocation]: vaultPath(copy, vaults.region) }),
    },
  };
}

/** A vault's grants for the writer of one store: read and write its own bucket, nothing else. */
export function writerGrants(vaults: RegionVaults | undefined, store: Store) {
  return vaults === undefined ? [] : [{ bucket: vaults.buckets[store], access: "write" as const }];
}
