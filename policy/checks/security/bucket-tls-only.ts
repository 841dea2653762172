import { defineCheck } from "../../engine/check.js";
import { notApplicable, pass, unknownUntilDeployment, fail } from "../../engine/result.js";
import { bucketsOf } from "../../model/buckets.js";
import { at, isUnknown, list, records, text } from "../../model/values.js";

/** Severity medium. S3 answers plain HTTP unless a policy denies it; GCS never does. Source: AWS FSBP S3.5. */
export const bucketTlsOnly = defineCheck({
  id: "bucket-tls-only",
  title: "Buckets answer over TLS only",
  category: "security",
  severity: "medium",
  scope: "stack",
  why: "A client that is set to plain HTTP by mistake sends backups readable through the network.",
  remediation: "Add a bucket policy that denies s3:* where aws:SecureTransport is false.",
  link: "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-ssl-requests-only.html",
  subjects: bucketsOf,
  judge: ({ cloud, facets }) => {
    if (cloud === "gcp") return notApplicable("this cloud's storage answers over TLS only");
    if (!facets.policy) return fail("has no policy that denies plain HTTP");
    const policy = facets.policy.policy;
    if (isUnknown(policy)) return unknownUntilDeployment("the bucket's policy");
    const document = typeof policy === "string" ? parse(policy) : policy;
    const denies = [...records(at(document, "Statement")), ...records(at(document, "statements"))].some(
      (statement) =>
        (text(statement.Effect) ?? text(statement.effect)) === "Deny" &&
        list([at(statement, "Condition", "Bool", "aws:SecureTransport")]).some((value) => String(value) === "false"),
    );
    return denies ? pass("plain HTTP is denied") : fail("its policy does not deny plain HTTP");
  },
});

function parse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
