import { Argument, Option, type Command } from "commander";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { readAll } from "../../common/faults.js";
import { stores, type Store } from "../../config/schema/data.js";
import type { Catalogue } from "../../operations/backup/catalogue.js";
import { pickJob } from "../../operations/backup/job.js";
import { recoveryWindow, restorePostgres } from "../../operations/backup/postgres/restore.js";
import { planPruneOf, prune } from "../../operations/backup/prune.js";
import { configMapOf, keepRecord } from "../../operations/backup/record.js";
import { restoreRedis } from "../../operations/backup/redis/redis.js";
import { copyAll } from "../../operations/backup/copy.js";
import { ObjectStorage, parseRepository } from "../../operations/backup/storage.js";
import { restoreVector } from "../../operations/backup/vector/vector.js";
import { verify, type VerificationRecord } from "../../operations/backup/verify.js";
import { jobTable, progressBar, stepProgress } from "./output.js";
import { makeBackup, openCatalogue, restorerOf, unsupported, vectorSource } from "./stores.js";

interface CopyOptions {
  readonly from: string;
  readonly to: string;
  readonly fromEndpoint?: string;
  readonly toEndpoint?: string;
  readonly json?: boolean;
}

interface Options {
  readonly repository?: string;
  readonly endpointUrl?: string;
  readonly json?: boolean;
  readonly kind: "full" | "incremental";
  readonly backup?: string;
  readonly to?: string;
  readonly target: string;
  readonly scratch?: string;
  readonly record: string;
  readonly retentionDays: string;
  readonly prune?: boolean;
  readonly yes?: boolean;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const sayJson = (value: unknown): void => say(JSON.stringify(value, null, 2));

async function create(store: Store, options: Options): Promise<void> {
  const catalogue = openCatalogue(store, options);
  const progress = stepProgress();
  const job = await makeBackup(catalogue, options.kind, progress.step).finally(() => progress.stop());
  if (options.json === true) sayJson(job);
  else say(`${job.id}: ${job.kind}, ${job.bytes ?? 0} bytes at ${job.location}`);
  if (options.prune === true) await removeOld(catalogue, { ...options, yes: true });
}

async function list(store: Store, options: Options): Promise<void> {
  const catalogue = openCatalogue(store, options);
  const jobs = await catalogue.jobs();
  const window = store === "postgres" ? await recoveryWindow(catalogue) : undefined;
  if (options.json === true) {
    sayJson({ jobs: jobs.map(({ objects, ...job }) => ({ ...job, objects: objects?.length ?? 0 })), window });
    return;
  }
  say(jobs.length === 0 ? `no backups of ${store} at ${catalogue.storage.uri}` : jobTable(jobs));
  if (window !== undefined) say(`recovery window: ${window.from} to ${window.to}`);
}

async function show(store: Store, options: Options): Promise<void> {
  sayJson(pickJob(await openCatalogue(store, options).jobs(), options.backup ?? "latest"));
}

async function restore(store: Store, options: Options): Promise<void> {
  if (store !== "postgres" && options.to !== undefined) throw unsupported(store, "a restore to a point in time");
  const [catalogue, to] = readAll<[Catalogue, Date | undefined]>("that cannot be restored", [
    () => openCatalogue(store, options),
    () => (options.to === undefined ? undefined : pointInTime(options.to)),
  ]);
  if (store === "postgres") {
    await restoreDatabase(catalogue, options, to);
    return;
  }
  const { target } = options;
  const job = pickJob(await catalogue.jobs(), options.backup ?? "latest");
  const restored =
    store === "redis"
      ? await restoreRedis(catalogue, job, target)
      : await restoreVector(job, vectorSource(catalogue, target));
  if (restored.problems.length > 0) throw new PlatformError(restored.problems.join("; "), ExitCode.resource);
  const { counts } = "counts" in restored ? restored : { counts: { keys: restored.keys } };
  if (options.json === true) sayJson({ backup: job.id, target, counts });
  else say(`${job.id}: restored to ${target} (${JSON.stringify(counts)}); check it, then switch`);
}

async function restoreDatabase(catalogue: Catalogue, options: Options, to?: Date): Promise<void> {
  const { target, backup } = options;
  const progress = stepProgress();
  const restored = await restorePostgres(catalogue, {
    target,
    onStep: progress.step,
    ...(backup === undefined ? {} : { backup }),
    ...(to === undefined ? {} : { to }),
  }).finally(() => progress.stop());
  const { server, job, ...figures } = restored;
  await server.stop();
  if (options.json === true) {
    sayJson({ backup: job.id, target, to: options.to, ...figures });
    return;
  }
  const { lastCommit, endOfArchive, stoppedShort } = figures;
  if (stoppedShort !== undefined) process.stderr.write(`warning: ${stoppedShort}; \`verify\` names it\n`);
  say(`${job.id}: restored to ${target}; start PostgreSQL on it, check, then switch`);
  say(`newest commit: ${lastCommit ?? "that of the base backup"}${endOfArchive ? ", where the archive ends" : ""}`);
}

function pointInTime(text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new PlatformError("that is no point in time", ExitCode.configuration, [
    { path: "--to", received: text, rule: "must be RFC 3339", fix: "--to 2026-11-23T12:00:00Z" },
  ]);
}

async function copy(options: CopyOptions): Promise<void> {
  const { from, to, fromEndpoint, toEndpoint } = options;
  const [source, target] = readAll<[ObjectStorage, ObjectStorage]>("those are no places for backups", [
    () => new ObjectStorage(parseRepository(from, fromEndpoint, "--from")),
    () => new ObjectStorage(parseRepository(to, toEndpoint, "--to")),
  ]);
  const result = await copyAll(source, target);
  if (options.json === true) sayJson(result);
  else say(`${result.copied} copied (${result.bytes} bytes), ${result.unchanged} unchanged, ${result.removed} removed`);
}

async function verifyStores(chosen: readonly Store[], options: Options): Promise<void> {
  const records: VerificationRecord[] = [];
  const errors: PlatformError[] = [];
  // What is wrong is known before hours of restoring, not after.
  const [, catalogues] = readAll<[string | undefined, Catalogue[]]>("that cannot be verified", [
    () => configMapOf(options.record),
    () => chosen.map((store) => openCatalogue(store, options)),
  ]);
  for (const catalogue of catalogues) {
    try {
      const record = await verifyStore(catalogue, options);
      records.push(record);
      if (options.json !== true) say(describe(record));
    } catch (thrown) {
      // One store without a backup is no reason to leave the others unverified.
      if (!(thrown instanceof PlatformError)) throw thrown;
      errors.push(thrown);
    }
  }
  if (options.json === true) sayJson(records);
  const [only] = errors;
  if (only !== undefined && errors.length === 1 && chosen.length === 1) throw only;
  const failed = records.filter(({ verified }) => !verified).map(({ backup }) => backup);
  const reasons = [...failed, ...errors.map(({ message }) => message)];
  if (reasons.length > 0) throw new PlatformError(`not verified: ${reasons.join("; ")}`, ExitCode.resource);
}

async function verifyStore(catalogue: Catalogue, options: Options): Promise<VerificationRecord> {
  const record = await verify(catalogue, restorerOf(catalogue), {
    ...(options.backup === undefined ? {} : { backup: options.backup }),
    ...(options.scratch === undefined ? {} : { scratch: options.scratch }),
    onProgress: progressBar(`reading back ${catalogue.store}`),
  });
  await keepRecord(catalogue, record, options.record);
  return record;
}

function describe(record: VerificationRecord): string {
  const { backup, objects, bytes, rtoSeconds, rpoSeconds, problems } = record;
  if (problems.length > 0) return [`${backup}: NOT verified`, ...problems.map((problem) => `  ${problem}`)].join("\n");
  return `${backup}: verified, ${objects} objects, ${bytes} bytes, RTO ${rtoSeconds ?? "?"} s, RPO ${rpoSeconds ?? "?"} s`;
}

async function removeOld(catalogue: Catalogue, options: Options): Promise<void> {
  const days = Number(options.retentionDays);
  if (!Number.isInteger(days) || days < 1) {
    throw new PlatformError("that is no retention", ExitCode.configuration, [
      {
        path: "--retention-days",
        received: options.retentionDays,
        rule: "must be whole days",
        fix: "--retention-days 30",
      },
    ]);
  }
  const plan = await planPruneOf(catalogue, days);
  const names = [...plan.remove.map(({ id }) => id), ...plan.unfinished.map((id) => `unfinished ${id}`)];
  if (options.yes === true) await prune(catalogue, plan);
  if (options.json === true) sayJson({ removed: options.yes === true, jobs: names, walFrom: plan.walFrom });
  else say(`${options.yes === true ? "removed" : "would remove (--yes does)"}: ${names.join(", ") || "nothing"}`);
}

function common(command: Command): Command {
  return command
    .option("--repository <uri>", "s3://bucket/path or gs://bucket/path; default $BACKUP_REPOSITORY_<STORE>")
    .option("--endpoint-url <url>", "an S3-compatible server; default $AWS_ENDPOINT_URL_S3, else AWS")
    .option("--json", "print JSON");
}

/** Adds `backup create|list|show|verify|restore|prune`. */
export function registerBackup(program: Command): void {
  const backup = program.command("backup").description("back up, verify and restore the data stores");
  const store = (): Argument => new Argument("<store>", "the data store").choices(stores);
  const retention = (): Option =>
    new Option("--retention-days <days>", "how long a backup is kept").env("BACKUP_RETENTION_DAYS").default("30");
  const add = (name: string, summary: string, run: (store: Store, options: Options) => Promise<void>): Command =>
    common(backup.command(name).description(summary)).addArgument(store()).action(run);
  add("create", "make a backup now", create)
    .addOption(
      new Option("--kind <kind>", "full, or the WAL since the last").choices(["full", "incremental"]).default("full"),
    )
    .option("--prune", "then remove what is older than the retention")
    .addOption(retention());
  add("list", "every job, and the recovery window", list);
  add("show", "one job with its objects", show).option("--backup <id>", "id of the job; default the newest");
  add("restore", "restore into a new folder", restore)
    .requiredOption("--target <place>", "a new or empty folder; for vector the URL of an empty Weaviate")
    .option("--backup <id>", "id of the backup; default the newest that fits")
    .option("--to <time>", "point in time, RFC 3339 (postgres)");
  add("prune", "remove what is older than the retention; shows only, without --yes", async (chosen, options) => {
    await removeOld(openCatalogue(chosen, options), options);
  })
    .option("--yes", "remove it")
    .addOption(retention());
  backup
    .command("copy")
    .description("make another bucket hold what this one holds")
    .requiredOption("--from <uri>", "s3://bucket/path or gs://bucket/path")
    .requiredOption("--to <uri>", "s3://bucket/path or gs://bucket/path")
    .option("--from-endpoint <url>", "an S3-compatible server for --from")
    .option("--to-endpoint <url>", "an S3-compatible server for --to")
    .option("--json", "print JSON")
    .action(copy);
  common(backup.command("verify").description("restore into scratch space and check what comes up"))
    .addArgument(new Argument("<stores...>", "the data stores").choices(stores))
    .option("--backup <id>", "id of the backup; default the newest")
    .option("--scratch <folder>", "folder with room for the restored store")
    .option("--record <place>", "repository, or configmap/<name>", "repository")
    .action(verifyStores);
}
