import { query, queryValue, type PostgresSource } from "../backup/postgres/source.js";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { openCluster, type Cluster, type KubeObject, type ObjectName } from "./cluster.js";
import { fencedBy, fencedInstances, isFenced } from "./lease/region.js";
import type { Database, Site } from "./site/site.js";

/** What a recovery asks of a region's PostgreSQL, however it is run. */
export interface RegionDatabase {
  readonly name: string;
  /** Whether it follows another one, and how far behind: seconds since the newest transaction that it has. */
  readonly standing: () => Promise<Standing>;
  /** Makes a replica writable; harmless where it is. */
  readonly promote: () => Promise<readonly string[]>;
  /** Refuses new writes and ends those that run; harmless where it does. */
  readonly stopWrites: () => Promise<readonly string[]>;
  readonly resumeWrites: () => Promise<readonly string[]>;
  /** Position in the log up to which it has written, and whether a replica has replayed that; where it can tell. */
  readonly lastWrite?: () => Promise<string>;
  readonly hasReplayed?: (position: string) => Promise<boolean>;
}

export interface Standing {
  readonly role: "primary" | "replica";
  readonly healthy: boolean;
  readonly detail: string;
  /** Whether clients can write by now. */
  readonly writable: boolean;
  /** Seconds behind its primary, where the database can tell: 0 where everything received is replayed. */
  readonly lagSeconds?: number;
  /** RFC 3339 of the newest transaction replayed, where the database can tell. */
  readonly replayedTo?: string;
}

type ServerConfig = Extract<Database, { kind: "postgres" }>;

function postgresServer({ host, port, user, database }: ServerConfig): RegionDatabase {
  const source: PostgresSource = { host, port, user, database };
  const name = `postgresql://${host}:${port}/${database}`;
  const others = "pid <> pg_backend_pid() AND backend_type = 'client backend'";
  const run = async (...statements: readonly string[]): Promise<readonly string[]> => {
    for (const sql of statements) await query(source, sql);
    return statements.map((sql) => `psql ${name} -c "${sql}"`);
  };
  return {
    name,
    standing: async () => {
      const [[recovering = "", replayed = "", readOnly = "", lag = ""] = []] = await query(
        source,
        `SELECT pg_is_in_recovery(),
                to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                current_setting('default_transaction_read_only'),
                CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                     ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END`,
      );
      const replica = recovering === "t";
      const detail = replica ? `replica, replayed to ${replayed || "nothing yet"}` : "primary";
      return {
        role: replica ? "replica" : "primary",
        healthy: true,
        writable: !replica && readOnly !== "on",
        detail: readOnly === "on" ? `${detail}, writes refused` : detail,
        ...(lag === "" ? {} : { lagSeconds: Number(lag) }),
        ...(replayed === "" ? {} : { replayedTo: replayed }),
      };
    },
    promote: async () => {
      const recovering = await queryValue(source, "SELECT pg_is_in_recovery()");
      if (recovering !== "t") return [];
      return await run("SELECT pg_promote(wait => true, wait_seconds => 60)");
    },
    stopWrites: async () =>
      // Whoever connects from now on may read; whoever was connected must come again.
      await run(
        "ALTER SYSTEM SET default_transaction_read_only = on",
        // The reload is asynchronous: nobody who connects after the next statement missed it.
        "SELECT pg_reload_conf(), pg_sleep(0.3)",
        `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE ${others}`,
      ),
    resumeWrites: async () => await run("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()"),
    lastWrite: async () => await queryValue(source, "SELECT pg_current_wal_lsn()"),
    hasReplayed: async (position) =>
      (await queryValue(source, `SELECT pg_last_wal_replay_lsn() >= '${position}'::pg_lsn`)) === "t",
  };
}

interface ClusterObject {
  readonly spec?: {
    readonly replica?: { readonly enabled?: boolean; readonly source?: string };
    readonly instances?: number;
  };
  readonly status?: {
    readonly phase?: string;
    readonly readyInstances?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

function cloudNativePg(
  cluster: Cluster,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): RegionDatabase {
  const ref: ObjectName = { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", name };
  const read = async (): Promise<KubeObject & ClusterObject> => {
    const found = await cluster.get(ref);
    if (found === undefined) throw new PlatformError(`there is no Cluster ${namespace}/${name}`, ExitCode.resource);
    return found;
  };
  const patch = async (change: object): Promise<readonly string[]> => {
    await cluster.merge(ref, change);
    return [
      `kubectl -n ${namespace} patch cluster.postgresql.cnpg.io ${name} --type merge -p '${JSON.stringify(change)}'`,
    ];
  };
  // A plan's fence is not the lease keeper's, which must not lift it.
  const fence = async (instances: string | null): Promise<readonly string[]> =>
    await patch({ metadata: { annotations: { [fencedInstances]: instances, [fencedBy]: null } } });
  return {
    name: `cluster.postgresql.cnpg.io/${name}`,
    standing: async () => {
      const found = await read();
      const { spec, status } = found;
      const role = spec?.replica?.enabled === true ? "replica" : "primary";
      const ready = status?.readyInstances ?? 0;
      const detail = `${role}, ${ready} of ${spec?.instances ?? 1} instances ready${status?.phase === undefined ? "" : `, ${status.phase}`}`;
      const stopped = isFenced(found);
      const told = stopped ? `${detail}, fenced` : detail;
      return { role, healthy: ready > 0, writable: role === "primary" && ready > 0 && !stopped, detail: told };
    },
    promote: async () => {
      const found = await read();
      if (found.spec?.replica?.enabled !== true && !isFenced(found)) return [];
      const annotations = { [fencedInstances]: null, [fencedBy]: null };
      const spec = found.spec?.replica === undefined ? {} : { spec: { replica: { enabled: false } } };
      return await patch({ ...(isFenced(found) ? { metadata: { annotations } } : {}), ...spec });
    },
    // The operator stops PostgreSQL in every fenced instance and leaves its volume as it is.
    stopWrites: async () => await fence('["*"]'),
    resumeWrites: async () => await fence(null),
  };
}

/** The region's database; an error where the site names none. */
export async function openDatabase(site: Site, key: string): Promise<RegionDatabase | undefined> {
  const region = site.regions[key];
  if (region?.database === undefined) return undefined;
  if (region.database.kind === "postgres") return postgresServer(region.database);
  return cloudNativePg(await openCluster(region, site.namespace), {
    name: region.database.cluster,
    namespace: site.namespace,
  });
}
