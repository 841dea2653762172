import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { bucketsOf, setting } from "../../model/buckets.js";
import { at, isUnknown } from "../../model/values.js";

/** Severity high. Asked of vaults; elsewhere a warning. Source: design of the backup buckets; AWS FSBP S3.14. */
export const bucketVersioning = defineCheck({
  id: "bucket-versioning",
  title: "Buckets keep versions",
  category: "reliability",
  severity: "high",
  scope: "stack",
  why: "Without versions an overwrite or a delete is final, by mistake as well as by an attacker.",
  remediation: "Add a BucketVersioning with status Enabled; on GCS versioning.enabled.",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
  subjects: bucketsOf,
  judge: (bucket) => {
    const value =
      bucket.cloud === "gcp"
        ? at(bucket.props, "versioning", "enabled")
        : setting(bucket, "versioning", "versioningConfiguration", "status");
    if (isUnknown(value)) return unknownUntilDeployment("versioning");
    if (value === true || value === "Enabled") return pass("versions are kept");
    return bucket.vault ? fail("holds backups and keeps no versions") : warning("keeps no versions");
  },
});
