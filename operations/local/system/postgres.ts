import type { KubeObject } from "../servers/region/api.js";

export const POSTGRES_IMAGE = "agent-platform.local/postgres:15";

interface ClusterSpec {
  readonly bootstrap: Readonly<
    Record<"initdb" | "recovery", { readonly database: string; readonly secret: { readonly name: string } } | undefined>
  >;
  readonly inheritedMetadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly managed: {
    readonly services: { readonly additional: readonly [{ serviceTemplate: { metadata: { name: string } } }] };
  };
  readonly storage: { readonly storageClass?: string; readonly size: string };
  readonly resources: object;
}

const probe = { exec: { command: ["/usr/lib/postgresql/15/bin/pg_isready", "-h", "127.0.0.1"] } };

function container(database: string, secret: string, resources: object) {
  const fromSecret = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: secret, key } } });
  return {
    name: "postgres",
    image: POSTGRES_IMAGE,
    env: [
      fromSecret("POSTGRES_USER", "username"),
      fromSecret("POSTGRES_PASSWORD", "password"),
      { name: "POSTGRES_DB", value: database },
      { name: "PGDATA", value: "/data/pgdata" },
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

/**
 * One plain PostgreSQL with the labels, Service, secret and size of the operator's Cluster. It is no cluster: it has no
 * standby and archives nothing, and a secondary region's follows nobody.
 */
export function postgresStandIn({ metadata, spec }: KubeObject): KubeObject[] {
  const { bootstrap, inheritedMetadata, managed, storage, resources } = spec as ClusterSpec;
  const start = bootstrap.initdb ?? bootstrap.recovery;
  if (start === undefined) return [];
  const labels = { ...inheritedMetadata?.labels };
  const { name } = managed.services.additional[0].serviceTemplate.metadata;
  const meta = (of: string) => ({ name: of, namespace: metadata.namespace ?? "default", labels });
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
      metadata: meta(metadata.name),
      spec: {
        serviceName: name,
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: pod(container(start.database, start.secret.name, resources)) },
        volumeClaimTemplates: [claim],
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: meta(name),
      spec: { selector: labels, ports: [{ name: "postgres", port: 5432, targetPort: 5432, protocol: "TCP" }] },
    },
  ];
}
