import { at, isUnknown, record, records, text, texts, type Plain, type Unknown } from "./values.js";
import type { Resource, Subject } from "./resource.js";
import type { PlatformView } from "./view.js";

/** Labels and annotations by which the platform's components say what they are to the rule book. */
export const STORE_LABEL = "agent-platform.io/store";
export const BACKUP_LABEL = "agent-platform.io/backup";
const ANNOTATION = "agent-platform.io/";

/** Where data is kept that somebody would miss. */
export interface Store extends Subject {
  /** `postgres`, `redis`, `vector`; for what carries no label, the name of its workload. */
  readonly store: string;
  readonly cluster: string;
  readonly namespace: string;
}

/** One schedule that backs something up. */
export interface Backup extends Subject {
  /** `*` where it is about everything in its reach. */
  readonly store: string;
  readonly cluster: string;
  /** Whether it takes the objects of a namespace; left out: all of its reach. */
  readonly covers?: (namespace: string) => boolean;
  /** Cron expression of five fields, `undefined` where none is declared. */
  readonly schedule: string | Unknown | undefined;
  readonly retentionDays: number | undefined;
  readonly encrypted: boolean | Unknown | undefined;
  readonly location: string | Unknown | undefined;
  readonly copyLocation: string | Unknown | undefined;
  /** False for policies that only bring backups in. */
  readonly takes: boolean;
  /** Switched off for now (`spec.suspend`). */
  readonly suspended: boolean;
}

/** Data stores of the input: labelled objects, CloudNativePG clusters, and sets with volumes of their own. */
export function storesOf(view: PlatformView): readonly Store[] {
  return view.once("stores", () => {
    const objects = view.resources.filter(
      (resource) => resource.labels[BACKUP_LABEL] !== "true" && isStore(resource) && !isOwnedByBackup(resource),
    );
    return objects.map((resource) => ({
      id: resource.id,
      origin: resource.origin,
      annotations: resource.annotations,
      cluster: resource.cluster,
      namespace: resource.namespace,
      store: resource.labels[STORE_LABEL] ?? (isPostgresCluster(resource) ? "postgres" : resource.name),
    }));
  });
}

/** PostgreSQL clusters of CloudNativePG. */
export function databasesOf(view: PlatformView): readonly Resource[] {
  return view.ofKind("Cluster").filter(isPostgresCluster);
}

const STORE_KINDS = new Set(["StatefulSet", "Deployment", "Cluster"]);

function isStore(resource: Resource): boolean {
  if (!STORE_KINDS.has(resource.kind)) return false;
  if (isPostgresCluster(resource)) return true;
  if (resource.kind === "Cluster") return false;
  if (resource.labels[STORE_LABEL] !== undefined) return true;
  return records(at(resource.body, "spec", "volumeClaimTemplates")).length > 0;
}

function isPostgresCluster(resource: Resource): boolean {
  return resource.kind === "Cluster" && resource.group === "postgresql.cnpg.io";
}

function isOwnedByBackup(resource: Resource): boolean {
  return resource.labels[BACKUP_LABEL] === "false";
}

/** Backup schedules of the input: labelled objects first, then what known backup tools declare. */
export function backupsOf(view: PlatformView): readonly Backup[] {
  return view.once("backups", () => view.resources.flatMap((resource) => toBackup(resource) ?? []));
}

/** The schedules that cover a store, of its own cluster. */
export function backupsOfStore(store: Store, view: PlatformView): readonly Backup[] {
  return backupsOf(view).filter(
    (backup) =>
      backup.cluster === store.cluster &&
      (backup.store === store.store || backup.store === "*") &&
      (backup.covers?.(store.namespace) ?? true),
  );
}

function toBackup(resource: Resource): Backup | undefined {
  const base = {
    id: resource.id,
    origin: resource.origin,
    annotations: resource.annotations,
    cluster: resource.cluster,
    suspended: at(resource.body, "spec", "suspend") === true || at(resource.body, "spec", "paused") === true,
  };
  if (resource.labels[BACKUP_LABEL] === "true") return { ...base, ...labelled(resource), takes: true };
  const spec = record(resource.body.spec);
  const silent = { encrypted: undefined, location: undefined, copyLocation: undefined };
  if (resource.kind === "Schedule" && resource.group === "velero.io") {
    // Velero keeps a backup for 30 days where no ttl is given.
    const days = hours(at(spec, "template", "ttl")) ?? 720;
    const covers = veleroCovers(record(spec.template));
    return {
      ...base,
      ...silent,
      store: "*",
      covers,
      schedule: text(spec.schedule),
      retentionDays: days / 24,
      takes: true,
    };
  }
  if (resource.kind === "Policy" && resource.group === "config.kio.kasten.io") {
    const actions = records(spec.actions).flatMap((action) => text(action.action) ?? []);
    const kept = Object.keys(record(spec.retention)).length > 0 ? 1 : undefined;
    return {
      ...base,
      ...silent,
      store: "*",
      schedule: text(spec.frequency),
      retentionDays: kept,
      copyLocation: actions.includes("export") ? "exported" : undefined,
      takes: actions.includes("backup"),
    };
  }
  return undefined;
}

/** Velero takes every namespace unless some are listed; exclusions win. */
function veleroCovers({ includedNamespaces, excludedNamespaces }: Plain): (namespace: string) => boolean {
  const [included, excluded] = [texts(includedNamespaces), texts(excludedNamespaces)];
  return (namespace) =>
    !excluded.includes(namespace) && (included.length === 0 || included.includes("*") || included.includes(namespace));
}

function labelled({
  annotations,
  labels,
  body,
}: Resource): Omit<Backup, keyof Subject | "cluster" | "takes" | "suspended"> {
  const said = (name: string): string | undefined => annotations[ANNOTATION + name];
  const read = (name: string): string | Unknown | undefined =>
    known(at(body, "metadata", "annotations", ANNOTATION + name));
  const days = Number(said("retention-days"));
  const encrypted = read("encrypted");
  return {
    store: said("store") ?? labels[STORE_LABEL] ?? "*",
    schedule: known(at(body, "spec", "schedule")) ?? read("schedule"),
    retentionDays: Number.isFinite(days) && days > 0 ? days : undefined,
    encrypted: typeof encrypted === "string" ? encrypted === "true" : encrypted,
    location: read("location"),
    copyLocation: read("copy-location"),
  };
}

function known(value: unknown): string | Unknown | undefined {
  return isUnknown(value) ? value : text(value);
}

function hours(value: unknown): number | undefined {
  const amount = /^(\d+)h/.exec(text(value) ?? "")?.[1];
  return amount === undefined ? undefined : Number(amount);
}

/** Regions that the platform says it runs in (`ha-config`). */
export function regionsOf(view: PlatformView): readonly string[] {
  const regions = view
    .ofKind("ConfigMap")
    .filter((map) => map.name === "ha-config")
    .flatMap((map) =>
      ["primary_region", "secondary_region"].flatMap((key) => (text(at(map.body, "data", key)) ?? "").split(",")),
    )
    .filter((region) => region !== "");
  return [...new Set(regions)];
}

/** The job of the program that restores and verifies backups on a schedule; its record is written at run time. */
export function verificationJobOf(store: Store, view: PlatformView): Resource | undefined {
  return view
    .ofKind("CronJob")
    .find((job) => job.cluster === store.cluster && job.name === "backup-verification" && job.origin.urn !== undefined);
}

/** When a store's backup was last restored and verified (ConfigMap `backup-verification`); the newest record counts. */
export function lastVerified(store: Store, view: PlatformView): string | Unknown | undefined {
  const maps = view
    .ofKind("ConfigMap")
    .filter((map) => map.name === "backup-verification")
    .filter((map) => (map.annotations[`${ANNOTATION}store`] ?? store.store) === store.store);
  const unknown = maps.map((map) => at(map.body, "data", store.store)).find(isUnknown);
  if (unknown !== undefined) return unknown;
  const moments = maps.flatMap(
    (map) => text(at(map.body, "data", store.store)) ?? map.annotations[`${ANNOTATION}last-verified`] ?? [],
  );
  return moments.sort().at(-1);
}
