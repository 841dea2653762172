import { join } from "node:path";
import { NAMESPACE } from "../../../cli/local/deploy.js";
import { poll } from "../../../common/poll.js";
import type { Store } from "../../../config/schema/data.js";
import { Catalogue } from "../../../operations/backup/catalogue.js";
import { ObjectStorage } from "../../../operations/backup/storage.js";
import { awaitWorkloads, deployRegion } from "../../../operations/local/deploy.js";
import type { LocalPlatform } from "../../../operations/local/platform.js";
import type { LocalRegion } from "../../../operations/local/region.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { holds } from "../../../operations/local/servers/region/conditions.js";
import { openWay } from "../../../operations/local/way.js";
import { at } from "../../support/plain.js";
import { stackOf } from "../stack.js";
import { askPostgres, type Access } from "./known.js";

const PATIENCE_MS = 300_000;

export interface JobEnd {
  readonly succeeded: boolean;
  /** What its last pod said. */
  readonly said: string;
  /** Seconds from its creation to its end. */
  readonly seconds: number;
}

interface Container {
  args: string[];
  command?: string[];
  env: { name: string; value?: string; valueFrom?: object }[];
  volumeMounts: object[];
}

/** A job as a CronJob describes it, to be changed before it is made. */
export interface JobSpec {
  backoffLimit: number;
  template: {
    metadata: { labels: Record<string, string> };
    spec: { securityContext: object; containers: [Container]; volumes: object[] };
  };
}

/** The stack `local` on the suite's first region, with its backup jobs and their vaults. */
export class VaultStand {
  private constructor(
    private readonly platform: LocalPlatform,
    readonly region: LocalRegion,
  ) {}

  static async open(platform: LocalPlatform): Promise<VaultStand> {
    const region = platform.regions[0]!;
    await deployRegion(region, (await stackOf(platform)).objects);
    await awaitWorkloads(region, NAMESPACE);
    return new VaultStand(platform, region);
  }

  /** Way to a store and who may enter: a new one after each start of its pod. */
  async access(service: string, secret: string, key: string): Promise<Access> {
    const { port } = await openWay(this.region, { namespace: NAMESPACE, service }, this.platform.ledger);
    const { data } = await this.region.api.get("v1", "Secret", { namespace: NAMESPACE, name: secret });
    const value = (name: string): string =>
      Buffer.from((data as Readonly<Record<string, string>>)[name] ?? "", "base64").toString();
    return { port, user: value("username"), password: value(key) };
  }

  /** What a CronJob's jobs are, as `kubectl create job --from=cronjob/…` reads it. */
  async jobOf(cronJob: string): Promise<JobSpec> {
    const { spec } = await this.region.api.get("batch/v1", "CronJob", { namespace: NAMESPACE, name: cronJob });
    return (spec as { jobTemplate: { spec: JobSpec } }).jobTemplate.spec;
  }

  /** Runs a job to its end. */
  async run(name: string, spec: JobSpec): Promise<JobEnd> {
    const { api } = this.region;
    const began = performance.now();
    const job: KubeObject = { apiVersion: "batch/v1", kind: "Job", metadata: { name, namespace: NAMESPACE }, spec };
    await api.apply(job, { manager: "test" });
    const ended = await poll(
      async () => {
        const found = await api.get("batch/v1", "Job", { namespace: NAMESPACE, name });
        return holds(found, "Complete") || holds(found, "Failed") ? found : undefined;
      },
      { what: `the job ${name} to end`, timeoutMs: PATIENCE_MS, intervalMs: 250 },
    );
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    const pods = await api.list("v1", "Pod", { namespace: NAMESPACE, labelSelector: `job-name=${name}` });
    const last = pods.at(-1)?.metadata.name ?? "";
    const log = `/api/v1/namespaces/${NAMESPACE}/pods/${last}/log`;
    return { succeeded: holds(ended, "Complete"), said: await api.must<string>("GET", log), seconds };
  }

  /** Asks PostgreSQL's operator for a base backup, as `kubectl cnpg backup` does, and waits for its end. */
  async backUpPostgres(name: string): Promise<KubeObject> {
    const { api } = this.region;
    const apiVersion = "postgresql.cnpg.io/v1";
    const schedule = await api.get(apiVersion, "ScheduledBackup", { namespace: NAMESPACE, name: "postgres-backup" });
    const { cluster, method, pluginConfiguration } = schedule.spec as Record<string, unknown>;
    const metadata = { name, namespace: NAMESPACE };
    await api.apply({ apiVersion, kind: "Backup", metadata, spec: { cluster, method, pluginConfiguration } });
    return await poll(
      async () => {
        const found = await api.get(apiVersion, "Backup", metadata);
        return ["completed", "failed"].includes(String(at(found, "status.phase"))) ? found : undefined;
      },
      { what: `the backup ${name} to end`, timeoutMs: PATIENCE_MS, intervalMs: 250 },
    );
  }

  /** Waits until the archive has all that is committed by now; gives a moment that is within it. */
  async archived(): Promise<Date> {
    const access = await this.access("postgres-service", "postgres-credentials", "password");
    const ask = async (sql: string): Promise<string> => (await askPostgres(access, sql))[0] ?? "";
    const moment = await ask(
      "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')",
    );
    const segment = await ask("SELECT pg_walfile_name(pg_switch_wal())");
    await poll(
      async () =>
        (await ask("SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver")) >= segment ? true : undefined,
      { what: `${segment} to be archived`, timeoutMs: 120_000, intervalMs: 250 },
    );
    return new Date(moment);
  }

  async scale(name: string, replicas: number): Promise<void> {
    const set = await this.region.api.get("apps/v1", "StatefulSet", { namespace: NAMESPACE, name });
    await this.region.api.mergePatch(set, { spec: { replicas } });
  }

  async annotateCluster(annotations: Readonly<Record<string, string | null>>): Promise<void> {
    const at = { namespace: NAMESPACE, name: "postgres" };
    const cluster = await this.region.api.get("postgresql.cnpg.io/v1", "Cluster", at);
    await this.region.api.mergePatch(cluster, { metadata: { annotations } });
  }

  /** What is in a region's vault of a store, as files of the object store's own. */
  catalogue(store: Store): Catalogue {
    const bucket = join(this.platform.folder, "object-store", "buckets", `${this.region.name}-${store}`);
    return new Catalogue(new ObjectStorage({ scheme: "file", bucket, path: this.region.name }), store);
  }

  /** Stops a store's only pod and keeps its volume, runs a job on that volume, and starts the store again. */
  async onVolume(workload: string, job: { name: string; spec: JobSpec }, stop: (off: boolean) => Promise<void>) {
    const gone = `${workload}-0`;
    await stop(true);
    await poll(
      async () => {
        const pods = await this.region.api.list("v1", "Pod", { namespace: NAMESPACE });
        return pods.every(({ metadata }) => metadata.name !== gone) ? true : undefined;
      },
      { what: `${gone} to be gone`, timeoutMs: 120_000 },
    );
    const end = await this.run(job.name, job.spec);
    await stop(false);
    await poll(
      async () => {
        const pods = await this.region.api.list("v1", "Pod", { namespace: NAMESPACE });
        const pod = pods.find(({ metadata }) => metadata.name === gone);
        return pod !== undefined && holds(pod, "Ready") ? true : undefined;
      },
      { what: `${gone} to be ready again`, timeoutMs: PATIENCE_MS },
    );
    return end;
  }
}
