import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment } from "../../engine/result.js";
import { bucketsOf } from "../../model/buckets.js";
import { isUnknown } from "../../model/values.js";

const SETTINGS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** Severity critical. All four settings of S3, or GCS's enforced prevention. Source: CIS AWS 2.1.4, CIS GCP 5.1. */
export const bucketPublicAccess = defineCheck({
  id: "bucket-public-access",
  title: "Buckets block public access",
  category: "security",
  severity: "critical",
  scope: "stack",
  why: "One wrong grant on one object publishes a backup of everything.",
  remediation: "Add a BucketPublicAccessBlock with all four settings; on GCS set publicAccessPrevention: enforced.",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  subjects: bucketsOf,
  judge: ({ cloud, props, facets }) => {
    const values =
      cloud === "gcp" ? [props.publicAccessPrevention] : SETTINGS.map((name) => facets.publicAccess?.[name]);
    if (values.some(isUnknown)) return unknownUntilDeployment("the public access settings");
    if (cloud === "gcp") {
      return values[0] === "enforced"
        ? pass("public access is prevented")
        : fail("publicAccessPrevention is not enforced");
    }
    if (!facets.publicAccess) return fail("has no BucketPublicAccessBlock");
    const open = SETTINGS.filter((_, index) => values[index] !== true);
    return open.length > 0 ? fail(`does not set ${open.join(", ")}`) : pass("public access is blocked");
  },
  remediate: (type, props) => {
    if (type === "gcp:storage/bucket:Bucket" && props.publicAccessPrevention === undefined) {
      return { ...props, publicAccessPrevention: "enforced" };
    }
    if (type !== "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock") return undefined;
    const missing = SETTINGS.filter((name) => props[name] !== true);
    return missing.length === 0 ? undefined : { ...props, ...Object.fromEntries(SETTINGS.map((name) => [name, true])) };
  },
});
