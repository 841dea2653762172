import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { bucketsOf } from "../../model/buckets.js";
import { at, holdsUnknown, record, text } from "../../model/values.js";

/**
 * Severity high. Vaults are encrypted with a key of one's own: the provider's default key cannot be withdrawn from
 * somebody. Elsewhere the default is a warning. A key that only the deployment knows counts: its presence is the rule.
 * Source: R8 (encrypted), CIS GCP 5.x, AWS FSBP S3.17.
 */
export const bucketEncryption = defineCheck({
  id: "bucket-encryption",
  title: "Buckets are encrypted with a key of one's own",
  category: "security",
  severity: "high",
  scope: "stack",
  why: "Without a key of one's own a leaked credential reads everything, and nothing can be revoked.",
  remediation: "Encrypt with a KMS key of the region (aws:kms; on GCS encryption.defaultKmsKeyName).",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
  subjects: bucketsOf,
  judge: ({ cloud, props, facets, vault }) => {
    const rule = at(facets.encryption, "rules", 0, "applyServerSideEncryptionByDefault");
    const key = cloud === "gcp" ? at(props, "encryption", "defaultKmsKeyName") : at(rule, "kmsMasterKeyId");
    const algorithm = cloud === "gcp" ? "KMS" : text(at(rule, "sseAlgorithm"));
    if (holdsUnknown(facets.encryption, 2)) return unknownUntilDeployment("the encryption");
    const own =
      key !== undefined && key !== null && key !== "" && (cloud === "gcp" || (algorithm ?? "").startsWith("aws:kms"));
    if (own) return pass("encrypted with a key of its own");
    if (cloud === "aws" && Object.keys(record(facets.encryption)).length > 0 && !vault)
      return warning(`encrypted with ${algorithm ?? "the default key"}`);
    return vault ? fail("holds backups and has no key of its own") : warning("is left to the cloud's default key");
  },
});
