import type { Action } from "../action.js";
import { fencePrimary } from "./fence.js";
import { checkIsolation, isolate, liftIsolation, preserveEvidence } from "./isolate.js";
import type { ActionName } from "./names.js";
import { observeOutage, watchRegion } from "./observe.js";
import { recordPrimary } from "./primary.js";
import { changeRecords } from "./records.js";
import { adoptRestored, assessDatabase, checkRestored, proposeRestorePoint, restoreDatabase } from "./restore.js";
import { rotateSecrets } from "./secrets.js";
import { notifyStakeholders } from "./stakeholders.js";
import { checkStandby, promoteStandby, scaleStandby } from "./standby.js";
import { checkService, checkTraffic, openSwitch, throwSwitch } from "./traffic.js";
import { checkReplica, checkWritesStopped, resumeWrites, stopWrites } from "./writes.js";

/** What each name of a plan does. */
export const actions: Readonly<Record<ActionName, Action>> = {
  "observe-outage": observeOutage,
  "check-standby": checkStandby,
  "check-replica": checkReplica,
  "check-traffic": checkTraffic,
  "check-service": checkService,
  "check-writes-stopped": checkWritesStopped,
  "check-isolation": checkIsolation,
  "check-restored": checkRestored,
  "watch-region": watchRegion,
  "assess-database": assessDatabase,
  "propose-restore-point": proposeRestorePoint,
  "fence-primary": fencePrimary,
  "promote-standby": promoteStandby,
  "scale-standby": scaleStandby,
  "record-primary": recordPrimary,
  "throw-switch": throwSwitch,
  "open-switch": openSwitch,
  "change-records": changeRecords,
  "stop-writes": stopWrites,
  "resume-writes": resumeWrites,
  "restore-database": restoreDatabase,
  "adopt-restored": adoptRestored,
  isolate,
  "lift-isolation": liftIsolation,
  "preserve-evidence": preserveEvidence,
  "rotate-secrets": rotateSecrets,
  "notify-stakeholders": notifyStakeholders,
};
