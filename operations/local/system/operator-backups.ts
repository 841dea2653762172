import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Cron } from "croner";
import type { KubeApi, KubeObject } from "../servers/region/api.js";
import { holds } from "../servers/region/conditions.js";
import { ARCHIVE_VOLUME } from "./postgres-archive.js";
import { CLUSTER, isReplica } from "./postgres-cluster.js";

const { apiVersion } = CLUSTER;

interface ScheduledSpec {
  readonly schedule: string;
  readonly immediate?: boolean;
  readonly suspend?: boolean;
  readonly cluster: { readonly name: string };
  readonly method?: string;
  readonly pluginConfiguration?: object;
}

interface BackupStatus {
  readonly phase?: string;
}

const ENDED = ["completed", "failed"];
/** How much of what barman said is told of a failure. */
const LAST_LINES = 3;

/**
 * What PostgreSQL's operator does for Backup and ScheduledBackup objects: it has the container beside the database take
 * a base backup, and tells how it ended. The two speak by files of the pod's volume `archive`.
 */
export class BackupStandIn {
  constructor(
    private readonly api: KubeApi,
    /** Folder of this machine that is /var/lib of each node. */
    private readonly folders: Readonly<Record<string, string>>,
  ) {}

  /** Looks at every schedule and backup once. */
  async look(now = new Date()): Promise<void> {
    const clusters = await this.api.list(apiVersion, CLUSTER.kind);
    for (const schedule of await this.api.list(apiVersion, "ScheduledBackup")) {
      const { name } = (schedule.spec as ScheduledSpec).cluster;
      const own = clusters.find(
        ({ metadata }) => metadata.name === name && metadata.namespace === schedule.metadata.namespace,
      );
      // One that follows another archives nothing yet, without which a base backup cannot be restored.
      if (own !== undefined && !isReplica(own)) await this.start(schedule, now);
    }
    for (const backup of await this.api.list(apiVersion, "Backup")) {
      const { phase = "" } = (backup.status ?? {}) as BackupStatus;
      if (!ENDED.includes(phase)) await this.tend(backup);
    }
  }

  /** A Backup for a schedule whose time has come; the first at once, where that is wanted and the database serves. */
  private async start(schedule: KubeObject, now: Date): Promise<void> {
    const spec = schedule.spec as ScheduledSpec;
    const { lastScheduleTime: last } = (schedule.status ?? {}) as { lastScheduleTime?: string };
    const { creationTimestamp } = schedule.metadata as { creationTimestamp?: string };
    const since = last ?? (spec.immediate === true ? undefined : creationTimestamp);
    const due = since === undefined || (new Cron(spec.schedule, { timezone: "Etc/UTC" }).nextRun(since) ?? now) < now;
    const { name, namespace = "default" } = schedule.metadata;
    if (!due || spec.suspend === true || (await this.podOf(namespace, spec.cluster.name)) === undefined) return;
    const { cluster, method, pluginConfiguration } = spec;
    const stamp = now.toISOString().replaceAll(/[-:T]|\..*/g, "");
    await this.api.apply(
      {
        apiVersion,
        kind: "Backup",
        metadata: { name: `${name}-${stamp}`, namespace },
        spec: { cluster, ...(method && { method }), ...(pluginConfiguration && { pluginConfiguration }) },
      },
      { manager: "operator" },
    );
    await this.api.mergePatch(schedule, { status: { lastScheduleTime: now.toISOString() } }, "status");
  }

  private async tend(backup: KubeObject): Promise<void> {
    const { name, namespace = "default", uid } = backup.metadata;
    const pod = await this.podOf(namespace, (backup.spec as ScheduledSpec).cluster.name);
    const { phase = "" } = (backup.status ?? {}) as BackupStatus;
    const tell = async (status: object): Promise<void> => {
      await this.api.mergePatch(backup, { status }, "status");
    };
    const at = new Date().toISOString();
    if (pod === undefined) return;
    const place = join(this.archiveOf(pod), `base-${name}-${String(uid)}`);
    if (phase === "") {
      await writeFile(`${place}.wanted`, "");
      await tell({ phase: "running", startedAt: at });
    } else if (existsSync(`${place}.done`)) await tell({ phase: "completed", stoppedAt: at });
    else if (existsSync(`${place}.failed`)) {
      const said = (await readFile(`${place}.log`, "utf8")).trim().split("\n").slice(-LAST_LINES).join("\n");
      await tell({ phase: "failed", stoppedAt: at, error: said });
    } else if (!existsSync(`${place}.wanted`) && !existsSync(`${place}.running`)) {
      await tell({ phase: "failed", stoppedAt: at, error: "the pod that made it is gone" });
    }
  }

  /** The database's pod, where it serves. */
  private async podOf(namespace: string, cluster: string): Promise<KubeObject | undefined> {
    const pods = await this.api.list("v1", "Pod", { namespace });
    return pods.find((pod) => pod.metadata.name === `${cluster}-0` && holds(pod, "Ready"));
  }

  private archiveOf(pod: KubeObject): string {
    const { nodeName = "" } = pod.spec as { nodeName?: string };
    const volumes = join("kubelet", "pods", String(pod.metadata.uid), "volumes", "kubernetes.io~empty-dir");
    return join(this.folders[nodeName] ?? "", volumes, ARCHIVE_VOLUME);
  }
}
