import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { backupsOf } from "../../model/evidence.js";
import { isUnknown } from "../../model/values.js";

/** Severity high. Silence is a warning: an unencrypted bucket and an encrypted one look the same from here. Source: R8. */
export const backupEncryption = defineCheck({
  id: "backup-encryption",
  title: "Backups are encrypted",
  category: "reliability",
  severity: "high",
  scope: "resource",
  why: "A backup is a copy of everything, and is guarded less than the database.",
  remediation: "Encrypt the backups with the region's key, and say so (agent-platform.io/encrypted).",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
  subjects: backupsOf,
  judge: (backup) => {
    if (isUnknown(backup.encrypted)) return unknownUntilDeployment("whether it is encrypted");
    if (backup.encrypted === true) return pass("encrypted");
    return backup.encrypted === false ? fail("is not encrypted") : warning("no evidence that it is encrypted");
  },
});
