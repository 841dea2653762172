import type { types } from "@pulumi/gcp";
import type { BackupPlan } from "../../config/backup-table.js";

export interface GcsBucketSettings {
  readonly storageClass: "STANDARD" | "NEARLINE";
  readonly uniformBucketLevelAccess: true;
  readonly publicAccessPrevention: "enforced";
  readonly forceDestroy: false;
  readonly versioning: types.input.storage.BucketVersioning;
  readonly softDeletePolicy: types.input.storage.BucketSoftDeletePolicy;
  readonly lifecycleRules: types.input.storage.BucketLifecycleRule[];
}

/** Cloud Storage keeps what was deleted between 7 and 90 days, or not at all. */
const SOFT_DELETE_DAYS = { least: 7, most: 90 } as const;

/**
 * What S3's object lock does, soft delete does here: for that many days nothing is gone for good, whoever deletes it. A
 * retention policy on the bucket would refuse overwrites too, and barman-cloud and Weaviate overwrite a backup's state
 * file while they work.
 */
export function gcsBucketSettings(plan: BackupPlan): GcsBucketSettings {
  const days = Math.min(SOFT_DELETE_DAYS.most, Math.max(SOFT_DELETE_DAYS.least, plan.lockDays));
  return {
    storageClass: plan.storageClass === "STANDARD" ? "STANDARD" : "NEARLINE",
    uniformBucketLevelAccess: true,
    publicAccessPrevention: "enforced",
    forceDestroy: false,
    versioning: { enabled: true },
    softDeletePolicy: { retentionDurationSeconds: plan.lockDays === 0 ? 0 : days * 86_400 },
    lifecycleRules: [
      { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
      // Never a live version: only the tool knows which WAL a kept base backup needs.
      {
        action: { type: "Delete" },
        condition: { daysSinceNoncurrentTime: plan.retentionDays, withState: "ARCHIVED" },
      },
    ],
  };
}
