import { runCommand } from "../../../common/command.js";
import { join } from "node:path";
import { fencedInstances } from "../../recovery/lease/region.js";
import { POSTGRES } from "../images/stores.js";
import type { KubeApi, KubeObject } from "../servers/region/api.js";
import { holds } from "../servers/region/conditions.js";
import { CLUSTER, isReplica, startOf } from "./postgres-cluster.js";

/** What the operator says of a Cluster, as far as somebody here reads it. */
interface Told {
  readonly phase: string;
  readonly instances: number;
  readonly readyInstances: number;
  readonly currentPrimary: string;
}

const HEALTHY = "Cluster in healthy state";

/**
 * Does for the stand-in of PostgreSQL's operator what a recovery asks of the operator itself, by the same object: it
 * promotes the server of a Cluster that is a replica no more, stops that of a fenced one, and tells how many are ready.
 * Backups are its neighbour's. Nothing else of the operator is here: no second instance, no way back from a promotion.
 */
export class OperatorStandIn {
  /** Pods whose server was seen to take writes: a promotion is for good. */
  private readonly promoted = new Set<unknown>();

  constructor(
    private readonly api: KubeApi,
    /** Process id of each node's space. */
    private readonly nodes: Readonly<Record<string, number>>,
  ) {}

  /** Looks at every Cluster once. */
  async look(): Promise<void> {
    for (const cluster of await this.api.list(CLUSTER.apiVersion, CLUSTER.kind)) await this.tend(cluster);
  }

  private async tend(cluster: KubeObject): Promise<void> {
    const { name, namespace = "default" } = cluster.metadata;
    const sets = await this.api.list("apps/v1", "StatefulSet", { namespace });
    const set = sets.find(({ metadata }) => metadata.name === name);
    if (set === undefined) return;
    await this.fence(cluster, set);
    const pods = await this.api.list("v1", "Pod", { namespace });
    const pod = pods.find(({ metadata }) => metadata.name === `${name}-0`);
    const ready = pod !== undefined && holds(pod, "Ready");
    if (ready && !isReplica(cluster)) {
      const { uid } = pod.metadata;
      if (!this.promoted.has(uid)) await this.promote(cluster, pod);
      this.promoted.add(uid);
    }
    await this.tell(cluster, ready ? 1 : 0);
  }

  /** PostgreSQL is stopped and its volume kept, as the operator does it. */
  private async fence(cluster: KubeObject, set: KubeObject): Promise<void> {
    const fenced = cluster.metadata.annotations?.[fencedInstances] ?? "[]";
    const replicas = fenced === "[]" ? 1 : 0;
    if ((set.spec as { replicas?: number }).replicas !== replicas)
      await this.api.mergePatch(set, { spec: { replicas } });
  }

  private async promote(cluster: KubeObject, pod: KubeObject): Promise<void> {
    const start = startOf(cluster);
    if (start === undefined) return;
    const { namespace = "default" } = cluster.metadata;
    const { data } = await this.api.get("v1", "Secret", { namespace, name: start.secret.name });
    const value = (key: string): string =>
      Buffer.from((data as Readonly<Record<string, string>>)[key] ?? "", "base64").toString();
    const { podIP } = pod.status as { readonly podIP: string };
    const { nodeName } = pod.spec as { readonly nodeName: string };
    const connection = `host=${podIP} user=${value("username")} dbname=${start.database} connect_timeout=5`;
    const sql = "SELECT pg_promote(wait => true, wait_seconds => 60) WHERE pg_is_in_recovery()";
    const psql = [join(POSTGRES, "bin", "psql"), "--no-psqlrc", "--tuples-only", "--no-align", "--command", sql];
    // From its own node, as the kubelet's probes go: no policy is in the way.
    const { stdout } = await runCommand(
      "nsenter",
      ["--target", String(this.nodes[nodeName]), "--net", "--", ...psql, connection],
      {
        env: { ...process.env, PGPASSWORD: value("password") },
      },
    );
    if (stdout.trim() === "t") {
      process.stdout.write(`${new Date().toISOString()} ${namespace}/${cluster.metadata.name} was promoted\n`);
    }
  }

  private async tell(cluster: KubeObject, readyInstances: number): Promise<void> {
    const told: Told = {
      phase: readyInstances === 1 ? HEALTHY : "Waiting for the instances to become active",
      instances: 1,
      readyInstances,
      currentPrimary: `${cluster.metadata.name}-0`,
    };
    const before = (cluster.status ?? {}) as Partial<Told>;
    if (Object.entries(told).every(([key, value]) => before[key as keyof Told] === value)) return;
    await this.api.mergePatch(cluster, { status: told }, "status");
  }
}
