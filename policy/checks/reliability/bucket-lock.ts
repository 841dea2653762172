import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment } from "../../engine/result.js";
import { bucketsOf, setting } from "../../model/buckets.js";
import { at, isUnknown, number, text } from "../../model/values.js";

/**
 * Severity high. Vaults lock their objects: S3 object lock with a default retention, on GCS a retention policy or
 * soft delete. Source:
 * design of the backup buckets (governance mode, days ≤ the store's retention).
 */
export const bucketLock = defineCheck({
  id: "bucket-lock",
  title: "Backup buckets lock what they hold",
  category: "reliability",
  severity: "high",
  scope: "stack",
  why: "Whoever encrypts the database deletes its backups first.",
  remediation:
    "Add a BucketObjectLockConfiguration with a default retention; on GCS a retentionPolicy or a softDeletePolicy.",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
  subjects: bucketsOf,
  judge: (bucket) => {
    if (!bucket.vault) return notApplicable("holds no backups");
    const retention = setting(bucket, "lock", "rule", "defaultRetention");
    // Soft delete keeps what was deleted, whoever deletes it, and lets a backup tool overwrite its own state files.
    const period =
      bucket.cloud === "gcp"
        ? (at(bucket.props, "retentionPolicy", "retentionPeriod") ??
          at(bucket.props, "softDeletePolicy", "retentionDurationSeconds"))
        : at(retention, "days");
    if (isUnknown(retention) || isUnknown(period)) return unknownUntilDeployment("the lock's retention");
    const length = number(period) ?? Number(text(period) ?? Number.NaN);
    const years = number(at(retention, "years"));
    return length > 0 || years !== undefined ? pass("what it holds is locked") : fail("nothing in it is locked");
  },
});
