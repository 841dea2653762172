/** A workload that every check is content with, and ways to spoil it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

export function container(): Record<string, unknown> {
  return {
    name: "web",
    image: "registry.example.com/web:1.2.3",
    ports: [{ name: "http", containerPort: 8080 }],
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "256Mi" } },
    livenessProbe: { httpGet: { path: "/health", port: "http" } },
    readinessProbe: { httpGet: { path: "/ready", port: "http" } },
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
}

export function podSpec(name = "web") {
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container()],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: name } } },
          },
        ],
      },
    },
  };
}

export function deployment() {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "agents" },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: podSpec() },
    },
  };
}

export function object(kind: string, spec: unknown, extra: Record<string, unknown> = {}): KubernetesObject {
  const apiVersion = API_VERSIONS[kind] ?? "v1";
  return { apiVersion, kind, metadata: { name: "web", namespace: "agents" }, spec, ...extra };
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  Job: "batch/v1",
  CronJob: "batch/v1",
  Ingress: "networking.k8s.io/v1",
  NetworkPolicy: "networking.k8s.io/v1",
  HorizontalPodAutoscaler: "autoscaling/v2",
  PodDisruptionBudget: "policy/v1",
  Role: "rbac.authorization.k8s.io/v1",
  ClusterRole: "rbac.authorization.k8s.io/v1",
  RoleBinding: "rbac.authorization.k8s.io/v1",
  PrometheusRule: "monitoring.coreos.com/v1",
  ServiceMonitor: "monitoring.coreos.com/v1",
};

export function service(): KubernetesObject {
  return object("Service", { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] });
}

/** A Job: pods that run to their end, so that much is not asked of it. */
export function job(): KubernetesObject {
  return object("Job", { template: { metadata: { labels: { app: "web" } }, spec: podSpec() } });
}

/** A copy with the value at a dotted path replaced. */
export function having<T>(source: T, path: string, value: unknown): T {
  const copy = clone(source);
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  const holder = steps.reduce<Record<string, unknown>>(
    (current, step) => {
      current[step] ??= {};
      return current[step] as Record<string, unknown>;
    },
    copy as Record<string, unknown>,
  );
  holder[last] = value;
  return copy;
}

/** A copy without the value at a dotted path. */
export function without<T>(source: T, path: string): T {
  const copy = clone(source);
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  let holder: unknown = copy;
  for (const step of steps) holder = (holder as Record<string, unknown> | undefined)?.[step];
  // A path that is not there would make a test that cannot fail.
  if (typeof holder !== "object" || holder === null || !(last in holder)) throw new Error(`nothing at ${path}`);
  Reflect.deleteProperty(holder, last);
  return copy;
}

/** Unlike structuredClone it keeps the symbol that marks unknown values. */
function clone<T>(value: T): T {
  if (Array.isArray(value)) return value.map((entry: unknown) => clone(entry)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, clone<unknown>(entry)])) as T;
}
