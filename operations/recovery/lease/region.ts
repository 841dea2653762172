import type { Cluster, KubeObject, ObjectName } from "../cluster.js";
import type { Siblings } from "./keeper.js";

const CLUSTERS = { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster" } as const;
const RENEWALS: ObjectName = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", name: "lease-keeper" };

/** CloudNativePG's own: instances named here (`["*"]` for all) have their PostgreSQL stopped, their volumes kept. */
export const fencedInstances = "cnpg.io/fencedInstances";
/** Who fenced: the keeper of the lease lifts its own fence and no other, such as that of a plan which restores. */
export const fencedBy = "agent-platform.io/fenced-by";

interface Database extends KubeObject {
  readonly spec?: { readonly replica?: { readonly enabled?: boolean } };
}

const annotationsOf = ({ metadata }: KubeObject): Readonly<Record<string, string>> =>
  (metadata.annotations as Readonly<Record<string, string>> | undefined) ?? {};

/** Whether PostgreSQL is stopped in any instance of it. */
export function isFenced(database: KubeObject): boolean {
  const fenced = annotationsOf(database)[fencedInstances];
  return fenced !== undefined && fenced !== "[]";
}

async function databasesOf(cluster: Cluster): Promise<readonly Database[]> {
  return await cluster.list(CLUSTERS);
}

/**
 * Stops every writable database of the region's namespace. A replica refuses writes anyway, and must go on following;
 * a restored database that took another one's place has a name of its own, so all are looked at.
 */
export async function fenceRegion(cluster: Cluster): Promise<void> {
  for (const database of await databasesOf(cluster)) {
    if (database.spec?.replica?.enabled === true || isFenced(database)) continue;
    const annotations = { [fencedInstances]: '["*"]', [fencedBy]: "lease" };
    await cluster.merge({ ...CLUSTERS, name: database.metadata.name }, { metadata: { annotations } });
  }
}

/** Lifts what {@link fenceRegion} did. */
export async function releaseRegion(cluster: Cluster): Promise<void> {
  for (const database of await databasesOf(cluster)) {
    if (annotationsOf(database)[fencedBy] !== "lease") continue;
    const annotations = { [fencedInstances]: null, [fencedBy]: null };
    await cluster.merge({ ...CLUSTERS, name: database.metadata.name }, { metadata: { annotations } });
  }
}

/** The region's keepers see each other's renewals in a Lease of its own API server. */
export function siblingsIn(cluster: Cluster, { self, ttlSeconds }: { self: string; ttlSeconds: number }): Siblings {
  return {
    renewed: async (at) =>
      await cluster.apply({
        ...RENEWALS,
        metadata: { name: RENEWALS.name },
        spec: { holderIdentity: self, leaseDurationSeconds: ttlSeconds, renewTime: microTime(at) },
      }),
    lastRenewal: async () => {
      const found = (await cluster.get(RENEWALS)) as
        { readonly spec?: { readonly renewTime?: string | Date } } | undefined;
      const at = found?.spec?.renewTime;
      return at === undefined ? undefined : new Date(at);
    },
  };
}

/** Kubernetes' MicroTime: RFC 3339 with six digits of a second. */
const microTime = (at: Date): string => at.toISOString().replace("Z", "000Z");
