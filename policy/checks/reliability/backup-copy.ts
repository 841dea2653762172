import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { backupsOf } from "../../model/evidence.js";
import { isUnknown } from "../../model/values.js";

/**
 * Severity high. A backup in the region that is lost restores nothing: a copy lies in another region or cloud. Outside
 * production it is not asked for. Source: R8, R9, R10 (region outage).
 */
export const backupCopy = defineCheck({
  id: "backup-copy",
  title: "Backups have a copy in another region",
  category: "reliability",
  severity: "high",
  scope: "stack",
  why: "A region's outage takes its database and its backups at once.",
  remediation: "Copy the backups to the other region's bucket (agent-platform.io/copy-location).",
  link: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_backing_up_data_secured_backups_data.html",
  subjects: backupsOf,
  judge: (backup, { view }) => {
    if (isUnknown(backup.copyLocation)) return unknownUntilDeployment("where its copy lies");
    if (backup.copyLocation !== undefined && backup.copyLocation === backup.location) {
      return fail(`its copy is where it is itself: ${backup.copyLocation}`);
    }
    if (backup.copyLocation !== undefined && backup.copyLocation !== "")
      return pass(`copied to ${backup.copyLocation}`);
    if (view.environment !== "production") return notApplicable(`not asked of ${view.environment}`);
    return warning("no evidence of a copy in another region");
  },
});
