import { firstAddress } from "../control-plane.js";
import type { RegionPlan } from "../region.js";
import type { KubeObject } from "../servers/region/api.js";

export const POSTGRES_IMAGE = "agent-platform.local/postgres:15";
export const CLUSTER = { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster" } as const;

interface Start {
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

const specOf = (cluster: KubeObject): ClusterSpec => cluster.spec as ClusterSpec;

export const isCluster = ({ apiVersion, kind }: KubeObject): boolean =>
  apiVersion === CLUSTER.apiVersion && kind === CLUSTER.kind;

export const isReplica = (cluster: KubeObject): boolean => specOf(cluster).replica?.enabled === true;

/** Database and credentials that a Cluster starts with. */
export function startOf(cluster: KubeObject): Start | undefined {
  const { bootstrap } = specOf(cluster);
  return bootstrap.initdb ?? bootstrap.recovery;
}

/** Whose database is followed, and by whom. */
export interface Replication {
  readonly primary: RegionPlan;
  readonly replicas: readonly RegionPlan[];
}

/** Who follows whom by what was rendered for each region; `undefined` where nobody follows anybody. */
export function replicationOf(
  regions: readonly RegionPlan[],
  rendered: readonly (readonly KubeObject[])[],
): Replication | undefined {
  const has = (wanted: boolean) => (_: RegionPlan, index: number) =>
    rendered[index]?.some((object) => isCluster(object) && isReplica(object) === wanted) === true;
  const [primary] = regions.filter(has(false));
  const replicas = regions.filter(has(true));
  return primary === undefined || replicas.length === 0 ? undefined : { primary, replicas };
}

/** Known before it is there: in the range that Kubernetes leaves to those who choose an address themselves. */
const sourceAddress = ({ serviceCidr }: RegionPlan): string => firstAddress(serviceCidr, 32);

const probe = { exec: { command: ["/usr/lib/postgresql/15/bin/pg_isready", "-h", "127.0.0.1"] } };

function container({ database, secret }: Start, resources: object, primaryHost: string | undefined) {
  const fromSecret = (name: string, key: string) => ({
    name,
    valueFrom: { secretKeyRef: { name: secret.name, key } },
  });
  return {
    name: "postgres",
    image: POSTGRES_IMAGE,
    env: [
      fromSecret("POSTGRES_USER", "username"),
      fromSecret("POSTGRES_PASSWORD", "password"),
      { name: "POSTGRES_DB", value: database },
      { name: "PGDATA", value: "/data/pgdata" },
      ...(primaryHost === undefined ? [] : [{ name: "PRIMARY_HOST", value: primaryHost }]),
    ],
    ports: [{ name: "postgres", containerPort: 5432, protocol: "TCP" }],
    resources,
    readinessProbe: { ...probe, periodSeconds: 2, timeoutSeconds: 3 },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: "data", mountPath: "/data" },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}

const pod = (inner: ReturnType<typeof container>) => ({
  automountServiceAccountToken: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 999,
    runAsGroup: 999,
    fsGroup: 999,
    seccompProfile: { type: "RuntimeDefault" },
  },
  containers: [inner],
  volumes: [{ name: "tmp", emptyDir: {} }],
});

const ports = [{ name: "postgres", port: 5432, targetPort: 5432, protocol: "TCP" }];
const SOURCE = "postgres-source";

/** The way from the replicas' pods to the primary's: an address, and what lets them through. */
function wayToSource(
  { replica, namespace }: { replica: boolean; namespace: string },
  labels: Readonly<Record<string, string>>,
  { primary, replicas }: Replication,
): KubeObject[] {
  const metadata = { name: SOURCE, namespace, labels };
  const to = (cidrs: readonly string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  const port = [{ port: 5432, protocol: "TCP" }];
  const rules = replica
    ? { policyTypes: ["Egress"], egress: [{ to: to([`${sourceAddress(primary)}/32`]), ports: port }] }
    : { policyTypes: ["Ingress"], ingress: [{ from: to(replicas.map(({ podCidr }) => podCidr)), ports: port }] };
  const policy: KubeObject = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata,
    spec: { podSelector: { matchLabels: labels }, ...rules },
  };
  const service: KubeObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { selector: labels, clusterIP: sourceAddress(primary), ports },
  };
  return replica ? [policy] : [service, policy];
}

/**
 * One plain PostgreSQL with the labels, Service, secret and size of the operator's Cluster. It archives nothing. Where
 * the operator's would follow another region's archive, it streams from that region's PostgreSQL itself.
 */
export function postgresStandIn(cluster: KubeObject, replication?: Replication): KubeObject[] {
  const { inheritedMetadata, managed, storage, resources } = specOf(cluster);
  const start = startOf(cluster);
  if (start === undefined) return [];
  const labels = { ...inheritedMetadata?.labels };
  const namespace = cluster.metadata.namespace ?? "default";
  const replica = isReplica(cluster);
  const primaryHost = replica && replication !== undefined ? sourceAddress(replication.primary) : undefined;
  const { name } = managed.services.additional[0].serviceTemplate.metadata;
  const meta = (of: string) => ({ name: of, namespace, labels });
  const claim = {
    metadata: { name: "data" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: storage.storageClass ?? "standard",
      resources: { requests: { storage: storage.size } },
    },
  };
  return [
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: meta(cluster.metadata.name),
      spec: {
        serviceName: name,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: pod(container(start, resources, primaryHost)) },
        volumeClaimTemplates: [claim],
      },
    },
    { apiVersion: "v1", kind: "Service", metadata: meta(name), spec: { selector: labels, ports } },
    ...(replication === undefined ? [] : wayToSource({ replica, namespace }, labels, replication)),
  ];
}
