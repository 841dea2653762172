import { defineCheck, type Context } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import { databasesOf } from "../../model/evidence.js";
import type { Resource } from "../../model/resource.js";
import { at, holdsUnknown, isPlain, isUnknown, records, text } from "../../model/values.js";

/**
 * Severity critical. A PostgreSQL cluster archives its write-ahead log all the time, to an archive that is part of the
 * input, and closes a log file often enough: without it a restore goes back to the last full backup, hours of data.
 * Source: R8 (continuous WAL), R10 (recovery point 5 min).
 */
export const walArchiving = defineCheck({
  id: "wal-archiving",
  title: "PostgreSQL archives its log continuously",
  category: "reliability",
  severity: "critical",
  scope: "stack",
  why: "Everything since the last full backup is lost, and no moment in between can be restored.",
  remediation: "Enable a WAL archiver (plugin with isWALArchiver: true) and an archive_timeout of a minute.",
  link: "https://cloudnative-pg.io/documentation/current/wal_archiving/",
  parameters: {
    seconds: { type: "integer", default: 300, description: "Longest archive_timeout, in seconds." },
  },
  subjects: databasesOf,
  judge: (cluster, context) => {
    const spec = at(cluster.body, "spec");
    if (isUnknown(spec) || holdsUnknown(at(spec, "plugins"), 2)) return unknownUntilDeployment("spec.plugins");
    if (isPlain(at(spec, "backup", "barmanObjectStore"))) return judgeTimeout(cluster, context);
    const archiver = records(at(spec, "plugins")).find(
      (plugin) => plugin.isWALArchiver === true && plugin.enabled !== false,
    );
    if (!archiver) return fail("has no WAL archiver");
    const name = text(at(archiver, "parameters", "barmanObjectName"));
    const stores = context.view.ofKind("ObjectStore").filter((store) => store.cluster === cluster.cluster);
    const missing = stores.length > 0 && !stores.some((store) => isAt(store, cluster, name));
    return missing
      ? fail(`archives to ObjectStore ${name ?? ""}, which does not exist`)
      : judgeTimeout(cluster, context);
  },
});

function isAt(store: Resource, cluster: Resource, name: string | undefined): boolean {
  return store.namespace === cluster.namespace && (name === undefined || store.name === name);
}

function judgeTimeout(cluster: Resource, context: Context): Verdict {
  const value = at(cluster.body, "spec", "postgresql", "parameters", "archive_timeout");
  if (isUnknown(value)) return unknownUntilDeployment("archive_timeout");
  // CloudNativePG's own default.
  const seconds = secondsOf(text(value) ?? "5min");
  if (seconds === undefined) return warning(`archive_timeout ${String(value)} is no time`);
  const limit = context.number("seconds");
  if (seconds === 0) return fail("archive_timeout 0: a quiet database archives nothing");
  return seconds <= limit
    ? pass(`a log file at least every ${seconds} s`)
    : fail(`archive_timeout is ${seconds} s, more than ${limit}`);
}

/** PostgreSQL's own spelling of a time; a bare number is seconds. */
function secondsOf(spelled: string): number | undefined {
  const [, amount, unit = "s"] = /^(\d+)\s*(s|min|h)?$/.exec(spelled) ?? [];
  const factor = { s: 1, min: 60, h: 3600 }[unit];
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor;
}
