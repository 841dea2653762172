import type * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import { canonicalBytes, canonicalCpu } from "../../common/quantity.js";
import type { WorkloadIdentity } from "../clusters/cluster.js";

type PodSecurityContext = types.input.core.v1.PodSecurityContext;
type SecurityContext = types.input.core.v1.SecurityContext;
type EnvVar = types.input.core.v1.EnvVar;

/** Settings that pass the restricted Pod Security level; volumes belong to the same group. */
export function podSecurity(user: number): PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    // A volume with millions of files is not walked at every start.
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}

export const containerSecurity: SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

export interface Size {
  readonly cpu: string;
  readonly memory: string;
}

/** Requests equal to limits: a store is never the first to be evicted, and its memory is its own. */
export function guaranteed(size: Size): types.input.core.v1.ResourceRequirements {
  const amounts = { cpu: canonicalCpu(size.cpu), memory: canonicalBytes(size.memory) };
  return { requests: amounts, limits: amounts };
}

/** One pod a node where possible and evenly over the zones; never a reason to stay unscheduled. */
export function spread(matchLabels: Readonly<Record<string, string>>): types.input.core.v1.TopologySpreadConstraint[] {
  return ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: { ...matchLabels } },
  }));
}

/** Stores speak their own protocols with their own authentication: no sidecar stands between them and their clients. */
export const outsideMesh = { "sidecar.istio.io/inject": "false" } as const;

export function scrapeAnnotations(port: number, path = "/metrics"): Record<string, string> {
  return { "prometheus.io/scrape": "true", "prometheus.io/port": String(port), "prometheus.io/path": path };
}

export function secretEnv(name: string, secret: string, key: string): EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}

export function fieldEnv(name: string, fieldPath: string): EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

/** Annotations of a ServiceAccount, or nothing at all: an empty map is a difference in every preview. */
export function identityAnnotations(identity: WorkloadIdentity): Record<string, pulumi.Input<string>> | undefined {
  const annotations = { ...identity.serviceAccountAnnotations };
  return Object.keys(annotations).length > 0 ? annotations : undefined;
}

/** Environment with which a pod's cloud clients find their credentials, where the cloud does not inject them itself. */
export function identityEnv(identity: WorkloadIdentity): EnvVar[] {
  const federated = Object.entries(identity.federation?.env ?? {}).map(([name, value]) => ({ name, value }));
  if (identity.credentialsSecret === undefined) return federated;
  return [
    ...federated,
    secretEnv("AWS_ACCESS_KEY_ID", identity.credentialsSecret, "ACCESS_KEY_ID"),
    secretEnv("AWS_SECRET_ACCESS_KEY", identity.credentialsSecret, "ACCESS_SECRET_KEY"),
  ];
}

/** Volume and mount with the tokens for another cloud, where the identity reaches into one. */
export function identityVolumes(identity: WorkloadIdentity): {
  readonly volumes: types.input.core.v1.Volume[];
  readonly volumeMounts: types.input.core.v1.VolumeMount[];
} {
  const { federation } = identity;
  if (federation === undefined) return { volumes: [], volumeMounts: [] };
  return {
    volumes: [{ name: "federation", projected: { sources: [...federation.sources] } }],
    volumeMounts: [{ name: "federation", mountPath: federation.mountPath, readOnly: true }],
  };
}
