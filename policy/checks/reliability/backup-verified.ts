import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { isUnknown } from "../../model/values.js";
import { lastVerified, storesOf, verificationJobOf } from "../../model/evidence.js";

const DAY = 86_400_000;

/**
 * Severity medium. The last verified restore of a store is on record and not older than the limit. A stack that was
 * never deployed cannot have one: none is a warning in production, unless the program brings the job that makes it.
 * Source: R8 (a backup that was never restored does not
 * count as verified), R11.
 */
export const backupVerified = defineCheck({
  id: "backup-verified",
  title: "Backups were restored and verified of late",
  category: "reliability",
  severity: "medium",
  scope: "stack",
  why: "A backup that nobody restored is a hope.",
  remediation: "Run a restore drill; it records its date in the ConfigMap backup-verification.",
  link: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_backing_up_data_periodic_recovery_testing_data.html",
  parameters: {
    maxDays: {
      type: "integer",
      default: 8,
      description: "Greatest age of the last verified restore, in days: weekly, and a day.",
    },
  },
  subjects: storesOf,
  judge: (store, { view, number }) => {
    const moment = lastVerified(store, view);
    if (isUnknown(moment)) return unknownUntilDeployment("the record of verified restores");
    const job = verificationJobOf(store, view);
    if (moment === undefined && job) {
      return notApplicable(`${job.id} verifies it on a schedule; its record is part of the running stack only`);
    }
    if (moment === undefined) {
      return view.environment === "production"
        ? warning(`no record of a verified restore of ${store.store}`)
        : notApplicable(`not asked of ${view.environment}`);
    }
    const age = (view.facts.now.getTime() - Date.parse(moment)) / DAY;
    if (!Number.isFinite(age)) return fail(`"${moment}" is no RFC 3339 moment`);
    if (age < -1) return fail(`the last verified restore lies in the future: ${moment}`);
    return age > number("maxDays")
      ? fail(`the last verified restore is ${Math.floor(age)} days old`)
      : pass(`restored and verified ${Math.max(0, Math.floor(age))} days ago`);
  },
});
