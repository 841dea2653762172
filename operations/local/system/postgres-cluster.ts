import type { KubeObject } from "../servers/region/api.js";

export const POSTGRES_IMAGE = "agent-platform.local/postgres:15";
export const CLUSTER = { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster" } as const;

/** Database and credentials. */
export interface Start {
  readonly database: string;
  readonly secret: { readonly name: string };
}

interface ClusterSpec {
  readonly bootstrap: Readonly<Record<"initdb" | "recovery", Start | undefined>>;
  readonly replica?: { readonly enabled?: boolean };
  readonly inheritedMetadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly managed: {
    readonly services: { readonly additional: readonly [{ serviceTemplate: { metadata: { name: string } } }] };
  };
  readonly storage: { readonly storageClass?: string; readonly size: string };
  readonly resources: object;
}

export const specOf = (cluster: KubeObject): ClusterSpec => cluster.spec as ClusterSpec;

export const isCluster = ({ apiVersion, kind }: KubeObject): boolean =>
  apiVersion === CLUSTER.apiVersion && kind === CLUSTER.kind;

export const isReplica = (cluster: KubeObject): boolean => specOf(cluster).replica?.enabled === true;

/** Database and credentials that a Cluster starts with. */
export function startOf(cluster: KubeObject): Start | undefined {
  const { bootstrap } = specOf(cluster);
  return bootstrap.initdb ?? bootstrap.recovery;
}
