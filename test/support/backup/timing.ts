import type { LockTiming } from "../../../operations/backup/lock.js";

/** A lock whose holder counts as dead within seconds. */
export const quick: LockTiming = { heartbeatMs: 200, patienceMs: 1500 };
