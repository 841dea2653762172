import { CONTAINER_FIELDS, isWorkloadKind } from "./workload.js";
import { at, isPlain, isUnknown, UNKNOWN, type Plain } from "./values.js";

/** A known field that holds the wrong type: the API server would refuse the object. */
export interface ShapeFault {
  readonly path: string;
  readonly expected: string;
  readonly received: unknown;
}

type Expected = "object" | "list" | "string" | "integer" | "boolean" | "strings" | "objects";
type Shape = Readonly<Record<string, Expected>>;

const METADATA: Shape = {
  name: "string",
  generateName: "string",
  namespace: "string",
  labels: "strings",
  annotations: "strings",
  ownerReferences: "objects",
};

const POD_SPEC: Shape = {
  containers: "objects",
  initContainers: "objects",
  ephemeralContainers: "objects",
  volumes: "objects",
  securityContext: "object",
  serviceAccountName: "string",
  hostNetwork: "boolean",
  hostPID: "boolean",
  hostIPC: "boolean",
  automountServiceAccountToken: "boolean",
  terminationGracePeriodSeconds: "integer",
  affinity: "object",
  topologySpreadConstraints: "objects",
};

const CONTAINER: Shape = {
  name: "string",
  image: "string",
  env: "objects",
  envFrom: "objects",
  ports: "objects",
  resources: "object",
  securityContext: "object",
  livenessProbe: "object",
  readinessProbe: "object",
  startupProbe: "object",
  lifecycle: "object",
  volumeMounts: "objects",
};

/** Fields of `spec` by kind, as far as a check reads them. */
const SPECS: Readonly<Record<string, Shape>> = {
  Deployment: { replicas: "integer", selector: "object", strategy: "object", template: "object" },
  ReplicaSet: { replicas: "integer", selector: "object", template: "object" },
  ReplicationController: { replicas: "integer", selector: "strings", template: "object" },
  StatefulSet: { replicas: "integer", selector: "object", template: "object", volumeClaimTemplates: "objects" },
  DaemonSet: { selector: "object", template: "object" },
  Rollout: { replicas: "integer", selector: "object", strategy: "object", template: "object" },
  Job: { template: "object" },
  CronJob: { schedule: "string", jobTemplate: "object" },
  Service: { selector: "strings", ports: "objects", type: "string" },
  Ingress: { rules: "objects", tls: "objects" },
  NetworkPolicy: { podSelector: "object", policyTypes: "list" },
  HorizontalPodAutoscaler: { minReplicas: "integer", maxReplicas: "integer", scaleTargetRef: "object" },
  PodDisruptionBudget: { selector: "object" },
};

const ROOTS: Readonly<Record<string, Shape>> = {
  Role: { rules: "objects" },
  ClusterRole: { rules: "objects" },
  RoleBinding: { subjects: "objects", roleRef: "object" },
  ClusterRoleBinding: { subjects: "objects", roleRef: "object" },
  ConfigMap: { data: "strings" },
};

/** What is wrong with the types of the fields that the rule book reads. Unknown fields and kinds are left alone. */
export function shapeFaults(object: Plain): readonly ShapeFault[] {
  const kind = String(object.kind);
  const faults = check(object, { apiVersion: "string", metadata: "object" }, "");
  faults.push(...check(object.metadata, METADATA, "metadata."), ...check(object, ROOTS[kind] ?? {}, ""));
  const shape = SPECS[kind];
  if (shape || isWorkloadKind(kind)) faults.push(...check(object, { spec: "object" }, ""));
  if (shape) faults.push(...check(object.spec, shape, "spec."));
  if (isWorkloadKind(kind)) faults.push(...podFaults(object, kind));
  return faults;
}

function podFaults(object: Plain, kind: string): ShapeFault[] {
  const template = kind === "CronJob" ? ["spec", "jobTemplate", "spec", "template"] : ["spec", "template"];
  const path = kind === "Pod" ? ["spec"] : [...template, "spec"];
  const spec = at(object, ...path);
  const faults = check(spec, POD_SPEC, `${path.join(".")}.`);
  for (const field of CONTAINER_FIELDS) {
    const containers = at(spec, field);
    if (!Array.isArray(containers)) continue;
    containers.forEach((container, index) => {
      faults.push(...check(container, CONTAINER, `${path.join(".")}.${field}[${index}].`));
    });
  }
  return faults;
}

function check(value: unknown, shape: Shape, prefix: string): ShapeFault[] {
  if (!isPlain(value)) return [];
  const faults: ShapeFault[] = [];
  for (const field in shape) {
    const actual = value[field];
    const expected = shape[field];
    // Null is how YAML spells a field that was left empty; Kubernetes reads it as absent.
    if (actual === undefined || actual === null || actual === UNKNOWN || expected === undefined) continue;
    const wrong = firstWrong(actual, expected);
    if (wrong !== undefined)
      faults.push({ path: `${prefix}${field}${wrong.at}`, expected: wrong.expected, received: wrong.value });
  }
  return faults;
}

interface Wrong {
  readonly at: string;
  readonly expected: string;
  readonly value: unknown;
}

const SIMPLE: Readonly<
  Record<"object" | "list" | "string" | "integer" | "boolean", readonly [(value: unknown) => boolean, string]>
> = {
  object: [isPlain, "an object"],
  list: [Array.isArray, "a list"],
  string: [(value) => typeof value === "string", "a string"],
  integer: [Number.isInteger, "an integer"],
  boolean: [(value) => typeof value === "boolean", "true or false"],
};

function firstWrong(value: unknown, expected: Expected): Wrong | undefined {
  if (expected === "objects") return wrongEntry(value);
  if (expected === "strings") return wrongValue(value);
  const [isRight, spelled] = SIMPLE[expected];
  return isRight(value) ? undefined : { at: "", expected: spelled, value };
}

function wrongEntry(value: unknown): Wrong | undefined {
  if (!Array.isArray(value)) return { at: "", expected: "a list of objects", value };
  const index = value.findIndex((entry) => !isPlain(entry) && !isUnknown(entry));
  return index < 0 ? undefined : { at: `[${index}]`, expected: "an object", value: value[index] as unknown };
}

function wrongValue(value: unknown): Wrong | undefined {
  if (!isPlain(value)) return { at: "", expected: "a map of strings", value };
  for (const key in value) {
    const entry = value[key];
    if (typeof entry !== "string" && entry !== null && entry !== UNKNOWN) {
      return { at: `.${key}`, expected: "a string (quote it)", value: entry };
    }
  }
  return undefined;
}
