import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import { bucketsOf, setting, type Bucket } from "../../model/buckets.js";
import { at, holdsUnknown, isUnknown, number, records } from "../../model/values.js";

const DAY_SECONDS = 86_400;

/**
 * Severity medium. Vaults clear their old versions, never sooner than the lock lets go: a rule shorter than the lock
 * does nothing, and one that expires current objects may delete what a base backup still needs. Source: R8 (clean-up by
 * retention), design of the backup buckets.
 */
export const bucketLifecycle = defineCheck({
  id: "bucket-lifecycle",
  title: "Backup buckets clear old versions, after their lock",
  category: "reliability",
  severity: "medium",
  scope: "stack",
  why: "Without it old versions pile up for ever; with a wrong one a restore misses its log.",
  remediation: "Expire non-current versions only, after at least as many days as the lock.",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
  subjects: bucketsOf,
  judge: (bucket) => {
    if (!bucket.vault) return notApplicable("holds no backups");
    return bucket.cloud === "gcp" ? judgeGcs(bucket) : judgeS3(bucket);
  },
});

function judgeS3(bucket: Bucket): Verdict {
  const rules = records(setting(bucket, "lifecycle", "rules")).filter((rule) => rule.status !== "Disabled");
  if (holdsUnknown(bucket.facets.lifecycle, 6) && rules.length === 0)
    return unknownUntilDeployment("the lifecycle rules");
  if (rules.length === 0) return fail("no lifecycle rule clears its old versions");
  const locked = number(setting(bucket, "lock", "rule", "defaultRetention", "days")) ?? 0;
  for (const rule of rules) {
    const expires = number(at(rule, "expiration", "days"));
    if (expires !== undefined && expires < locked)
      return fail(`expires objects after ${expires} days, locked for ${locked}`);
  }
  const noncurrent = rules.flatMap((rule) => number(at(rule, "noncurrentVersionExpiration", "noncurrentDays")) ?? []);
  return noncurrent.length > 0
    ? pass(`clears old versions after ${Math.min(...noncurrent)} days`)
    : warning("no rule clears non-current versions");
}

function judgeGcs({ props }: Bucket): Verdict {
  const rules = records(props.lifecycleRules);
  if (isUnknown(props.lifecycleRules)) return unknownUntilDeployment("lifecycleRules");
  if (rules.length === 0) return fail("no lifecycle rule clears its old versions");
  const locked = Number(at(props, "retentionPolicy", "retentionPeriod") ?? 0) / DAY_SECONDS;
  const deletions = rules.filter((rule) => at(rule, "action", "type") === "Delete");
  const early = deletions.some((rule) => (number(at(rule, "condition", "age")) ?? Number.POSITIVE_INFINITY) < locked);
  if (early) return fail("deletes objects before their retention ends");
  return deletions.length > 0 ? pass("clears old versions") : warning("no rule deletes old versions");
}
