import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment } from "../../engine/result.js";
import { isUnknown, text } from "../../model/values.js";
import { ofType } from "../support/subjects.js";

const AWS_KEY = "aws:kms/key:Key";
const YEAR_SECONDS = 366 * 86_400;

/** Severity medium. Symmetric keys rotate at least once a year. Source: CIS AWS 3.6, CIS GCP 1.10. */
export const keyRotation = defineCheck({
  id: "key-rotation",
  title: "Encryption keys rotate",
  category: "security",
  severity: "medium",
  scope: "resource",
  why: "A key that never rotates protects ever more data, and its loss uncovers all of it.",
  remediation: "Set enableKeyRotation: true on AWS, a rotationPeriod of at most a year on Google Cloud.",
  link: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
  subjects: ofType(AWS_KEY, "gcp:kms/cryptoKey:CryptoKey"),
  judge: ({ type, props }) => {
    if (type === AWS_KEY) {
      const spec = text(props.customerMasterKeySpec) ?? "SYMMETRIC_DEFAULT";
      if (spec !== "SYMMETRIC_DEFAULT") return notApplicable("asymmetric keys do not rotate");
      if (isUnknown(props.enableKeyRotation)) return unknownUntilDeployment("enableKeyRotation");
      return props.enableKeyRotation === true ? pass("rotates every year") : fail("enableKeyRotation is off");
    }
    if (props.purpose !== undefined && props.purpose !== "ENCRYPT_DECRYPT")
      return notApplicable("asymmetric keys do not rotate");
    if (isUnknown(props.rotationPeriod)) return unknownUntilDeployment("rotationPeriod");
    const seconds = Number.parseFloat(text(props.rotationPeriod) ?? "");
    if (!Number.isFinite(seconds)) return fail("has no rotationPeriod");
    return seconds <= YEAR_SECONDS
      ? pass(`rotates every ${Math.round(seconds / 86_400)} days`)
      : fail("rotates less than once a year");
  },
  remediate: (type, props) =>
    type === AWS_KEY && props.enableKeyRotation === undefined && props.customerMasterKeySpec === undefined
      ? { ...props, enableKeyRotation: true }
      : undefined,
});
