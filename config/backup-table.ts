import type { BackupsConfig } from "./schema/data.js";
import { stores, type Store } from "./schema/data.js";

/** How a store's state between two full backups is kept: as a continuous log, or not at all. */
export type BackupKind = "full" | "incremental";

/** One row of R8, as the vaults, the CronJobs, the alerts, the rule book and the CLI read it. */
export interface BackupPlan {
  readonly store: Store;
  /** Start of full backups: five cron fields, UTC. */
  readonly schedule: string;
  /** Days for which a backup can be restored; the tool prunes what is older. */
  readonly retentionDays: number;
  /** PostgreSQL's increments are its WAL; the others have none. */
  readonly kinds: readonly BackupKind[];
  /** Days for which not even an administrator of the writer can delete it; never longer than the retention. */
  readonly lockDays: number;
  /** Every vault encrypts with a key of its region. */
  readonly encryption: "kms";
  readonly storageClass: BackupsConfig["storageClass"];
  /** A restore verified longer ago than this many days is a finding. */
  readonly verifiedWithinDays: number;
}

/** The table of R8: the only place where schedules, retention, kinds and encryption of backups come together. */
export function backupTable(config: BackupsConfig): Readonly<Record<Store, BackupPlan>> {
  const row = (store: Store): BackupPlan => ({
    store,
    schedule: config[store].schedule,
    retentionDays: config[store].retentionDays,
    kinds: store === "postgres" ? ["full", "incremental"] : ["full"],
    lockDays: Math.min(config.lockDays, config[store].retentionDays),
    encryption: "kms",
    storageClass: config.storageClass,
    verifiedWithinDays: config.verification.maxAgeDays,
  });
  return { postgres: row("postgres"), redis: row("redis"), vector: row("vector") };
}

/** The rows in the order in which stores are listed everywhere. */
export function backupPlans(config: BackupsConfig): readonly BackupPlan[] {
  const table = backupTable(config);
  return stores.map((store) => table[store]);
}

/** CloudNativePG's schedules start with a field for seconds: `0 2 * * *` becomes `0 0 2 * * *`. */
export function withSeconds(cronLine: string): string {
  return `0 ${cronLine.trim().split(/\s+/).join(" ")}`;
}
