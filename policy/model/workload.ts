import type { Resource, Subject } from "./resource.js";
import { at, isUnknown, number, record, records, stringMap, text, type Plain, type Unknown } from "./values.js";

export type WorkloadKind =
  | "Deployment"
  | "StatefulSet"
  | "DaemonSet"
  | "ReplicaSet"
  | "ReplicationController"
  | "Rollout"
  | "Pod"
  | "Job"
  | "CronJob";

/** One container of a pod template. */
export interface Container {
  readonly name: string;
  /**
   * `init` runs to its end before the application starts: it is asked for limits, never for probes. `sidecar` is a
   * restartable init container: it lives as long as the application. `ephemeral` was added to debug: the API server
   * allows it neither resources nor probes.
   */
  readonly role: "application" | "init" | "sidecar" | "ephemeral";
  /** Path inside the pod's spec, as messages name it. */
  readonly path: string;
  readonly spec: Plain;
}

/** Anything that makes pods, of every kind, as one shape. */
export interface Workload extends Subject {
  readonly resource: Resource;
  readonly kind: WorkloadKind;
  /** Serves until it is stopped, unlike a Job or a Pod that is not restarted. */
  readonly longRunning: boolean;
  /** The pods' spec; `UNKNOWN` where only the deployment will know it. */
  readonly podSpec: Plain | Unknown;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  /** Application containers, then init containers, then ephemeral ones. */
  readonly containers: readonly Container[];
  /** What `spec.replicas` says; `undefined` where it is left out (an autoscaler may own it). */
  readonly replicas: number | Unknown | undefined;
}

const TEMPLATE_AT: Readonly<Record<WorkloadKind, readonly string[]>> = {
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  Rollout: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
  Pod: [],
};

const GROUPS: Readonly<Record<WorkloadKind, readonly string[]>> = {
  Deployment: ["apps", "extensions"],
  StatefulSet: ["apps"],
  DaemonSet: ["apps", "extensions"],
  ReplicaSet: ["apps", "extensions"],
  ReplicationController: [""],
  Rollout: ["argoproj.io"],
  Job: ["batch"],
  CronJob: ["batch"],
  Pod: [""],
};

export function isWorkloadKind(kind: string): kind is WorkloadKind {
  return Object.hasOwn(TEMPLATE_AT, kind);
}

/** The workload view of an object; `undefined` for other kinds and for pods that a controller of the same input owns. */
export function toWorkload(resource: Resource): Workload | undefined {
  const { kind, body } = resource;
  if (!isWorkloadKind(kind) || isForeign(resource, kind) || isOwned(body)) return undefined;
  // A Rollout that borrows the template of a Deployment is judged through that Deployment.
  if (kind === "Rollout" && at(body, "spec", "workloadRef") !== undefined) return undefined;
  const template = at(body, ...TEMPLATE_AT[kind]);
  const spec = isUnknown(template) ? template : at(template, "spec");
  const podAnnotations = stringMap(at(template, "metadata", "annotations"));
  const replicas = at(body, "spec", "replicas");
  return {
    id: resource.id,
    origin: resource.origin,
    annotations: { ...podAnnotations, ...resource.annotations },
    resource,
    kind,
    longRunning: !runsToAnEnd(kind, spec),
    podSpec: isUnknown(spec) ? spec : record(spec),
    podLabels: stringMap(at(template, "metadata", "labels")),
    podAnnotations,
    containers: CONTAINER_FIELDS.flatMap((field) => containersOf(spec, field)),
    replicas: isUnknown(replicas) ? replicas : number(replicas),
  };
}

/** A pod that is not restarted after success is a job that somebody started by hand. */
function runsToAnEnd(kind: WorkloadKind, spec: unknown): boolean {
  const policy = at(spec, "restartPolicy");
  return kind === "Job" || kind === "CronJob" || (kind === "Pod" && (policy === "Never" || policy === "OnFailure"));
}

/** Where a pod's spec lists containers. */
export const CONTAINER_FIELDS = ["containers", "initContainers", "ephemeralContainers"] as const;

function containersOf(spec: unknown, field: (typeof CONTAINER_FIELDS)[number]): Container[] {
  return records(at(spec, field)).map((container, index) => {
    const name = text(container.name) ?? `#${index}`;
    return { name, path: `${field}[${name}]`, role: roleOf(container, field), spec: container };
  });
}

function roleOf(container: Plain, field: (typeof CONTAINER_FIELDS)[number]): Container["role"] {
  if (field === "containers") return "application";
  if (field === "ephemeralContainers") return "ephemeral";
  return container.restartPolicy === "Always" ? "sidecar" : "init";
}

/** The same kind of another group is something else; without any group it is meant, and mistyped. */
function isForeign({ group }: Resource, kind: WorkloadKind): boolean {
  return group !== "" && !GROUPS[kind].includes(group);
}

/** Pods and ReplicaSets of a live cluster are judged through the object that made them. */
function isOwned(body: Plain): boolean {
  return records(at(body, "metadata", "ownerReferences")).some((owner) => owner.controller === true);
}
