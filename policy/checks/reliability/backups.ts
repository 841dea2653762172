import { Cron } from "croner";
import parseDuration from "parse-duration";
import { defineCheck, type Context } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import { backupsOf, backupsOfStore, storesOf, type Backup, type Store } from "../../model/evidence.js";
import type { Subject } from "../../model/resource.js";
import { isUnknown } from "../../model/values.js";

interface Covered extends Subject {
  readonly what: { readonly store: Store } | { readonly backup: Backup };
}

/**
 * Severity critical. Every data store has a schedule that parses, runs often enough and says how long its backups are
 * kept; every backup policy really takes backups. Source: R1 (backup), R8 (schedules and retention).
 */
export const backups = defineCheck<Covered>({
  id: "backups",
  title: "Every data store has a backup schedule and retention",
  category: "reliability",
  severity: "critical",
  scope: "stack",
  why: "What is not backed up is lost with the first deleted volume.",
  remediation: "Add a schedule with retention for the store (backups.<store>.schedule and retentionDays).",
  link: "https://kubernetes.io/docs/concepts/storage/volume-snapshots/",
  parameters: {
    maxHours: { type: "integer", default: 168, description: "Longest time between two backups, in hours." },
    minDays: { type: "integer", default: 1, description: "Shortest retention, in days." },
    retention: {
      type: "array",
      default: [],
      description: "Shortest retention of single stores, `store=days`.",
    },
  },
  subjects: (view) => [
    ...storesOf(view).map((store) => ({ ...subjectOf(store), what: { store } })),
    ...backupsOf(view).map((backup) => ({ ...subjectOf(backup), what: { backup } })),
  ],
  judge: ({ what }, context) => ("store" in what ? judgeStore(what.store, context) : judgeBackup(what.backup, context)),
});

function subjectOf({ id, origin, annotations }: Subject): Subject {
  return { id, origin, annotations };
}

function judgeStore(store: Store, { view }: Context): Verdict {
  const schedules = backupsOfStore(store, view).filter(
    (entry) => entry.takes && !entry.suspended && entry.schedule !== undefined,
  );
  if (schedules.length > 0) return pass(`backed up by ${schedules.map((entry) => entry.id).join(", ")}`);
  const elsewhere = backupsOf(view).some((entry) => entry.store === store.store && entry.cluster !== store.cluster);
  return elsewhere
    ? warning(`${store.store} is backed up in another region only: after a switch it is not`)
    : fail(`no schedule backs up ${store.store}`);
}

function judgeBackup(backup: Backup, context: Context): Verdict {
  if (!backup.takes) return fail("takes no backup: it only brings backups in");
  if (backup.suspended) return fail("is suspended: nothing is backed up");
  if (isUnknown(backup.schedule)) return unknownUntilDeployment("its schedule");
  if (backup.schedule === undefined) return fail("has no schedule");
  const interval = longestInterval(backup.schedule, context.view.facts.now);
  if (interval === undefined) return fail(`its schedule "${backup.schedule}" is no cron expression`);
  if (interval > context.number("maxHours")) return fail(`runs only every ${Math.round(interval)} hours`);
  if (backup.retentionDays === undefined) return fail("does not say how long its backups are kept");
  const least = retentionFor(backup.store, context);
  if (backup.retentionDays < least) return fail(`keeps backups for ${backup.retentionDays} days, fewer than ${least}`);
  return pass(`${backup.schedule}, kept for ${backup.retentionDays} days`);
}

function retentionFor(store: string, context: Context): number {
  const own = context.strings("retention").find((entry) => entry.startsWith(`${store}=`));
  return own === undefined ? context.number("minDays") : Number(own.slice(store.length + 1));
}

const MACROS: Readonly<Record<string, number>> = {
  "@hourly": 1,
  "@daily": 24,
  "@midnight": 24,
  "@weekly": 168,
  "@monthly": 744,
  "@yearly": 8784,
  "@annually": 8784,
};

/** Hours between two of the next runs, the longest of five; `undefined` where the expression does not parse. */
function longestInterval(expression: string, from: Date): number | undefined {
  // Velero and CronJobs take a time zone in front; it moves the runs, not the time between them.
  const schedule = expression.replace(/^(CRON_)?TZ=\S+\s+/, "").trim();
  const every = /^@every (.+)$/.exec(schedule)?.[1];
  const macro = MACROS[schedule] ?? (every === undefined ? undefined : parseDuration(every, "hour"));
  if (macro !== undefined) return macro !== null && macro > 0 ? macro : undefined;
  try {
    const runs = new Cron(schedule, { timezone: "UTC" }).nextRuns(6, from).map((run) => run.getTime());
    if (runs.length < 2) return undefined;
    return Math.max(...runs.slice(1).map((run, index) => run - (runs[index] ?? run))) / 3_600_000;
  } catch {
    return undefined;
  }
}
