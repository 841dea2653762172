import { firstAddress } from "../control-plane.js";
import { nodeName, type RegionPlan } from "../region.js";
import type { KubeObject } from "../servers/region/api.js";
import type { Archive } from "./postgres-archive.js";
import { isCluster, isReplica, POSTGRES_IMAGE, specOf, startOf, type Start } from "./postgres-cluster.js";

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

interface Surroundings {
  readonly primaryHost?: string | undefined;
  readonly archive?: Archive | undefined;
}

function container({ database, secret }: Start, resources: object, { primaryHost, archive }: Surroundings) {
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
      ...(archive?.env ?? []),
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
      ...(archive === undefined ? [] : [archive.mount]),
    ],
  };
}

const pod = (
  inner: ReturnType<typeof container>,
  { archive, node }: { archive?: Archive | undefined; node?: string | undefined },
) => ({
  ...(node === undefined ? {} : { nodeSelector: { "kubernetes.io/hostname": node } }),
  automountServiceAccountToken: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 999,
    runAsGroup: 999,
    fsGroup: 999,
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  },
  containers: [inner, ...(archive === undefined ? [] : [archive.container])],
  volumes: [{ name: "tmp", emptyDir: {} }, ...(archive === undefined ? [] : [archive.volume])],
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

/** Of the other rendered objects what one database needs. */
export interface Beside {
  readonly replication?: Replication | undefined;
  readonly archive?: Archive | undefined;
}

/**
 * One plain PostgreSQL with the labels, Service, secret, size and archive of the operator's Cluster. Where the operator's
 * would follow another region's archive, it streams from that region's PostgreSQL itself.
 */
export function postgresStandIn(cluster: KubeObject, { replication, archive }: Beside = {}): KubeObject[] {
  const { inheritedMetadata, managed, storage, resources } = specOf(cluster);
  const start = startOf(cluster);
  if (start === undefined) return [];
  const labels = { ...inheritedMetadata?.labels };
  const namespace = cluster.metadata.namespace ?? "default";
  const replica = isReplica(cluster);
  const primaryHost = replica && replication !== undefined ? sourceAddress(replication.primary) : undefined;
  // Other regions come by the first node. To a pod of another they would come as that node, whom no policy lets in.
  const node = replica || replication === undefined ? undefined : nodeName(replication.primary, 0);
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
        template: {
          metadata: { labels },
          spec: pod(container(start, resources, { primaryHost, archive }), { archive, node }),
        },
        volumeClaimTemplates: [claim],
      },
    },
    { apiVersion: "v1", kind: "Service", metadata: meta(name), spec: { selector: labels, ports } },
    ...(replication === undefined ? [] : wayToSource({ replica, namespace }, labels, replication)),
  ];
}
