import type { ClusterScrape } from "../cluster.js";

/** Name and namespace of the cluster autoscaler, whose objects are plain data here. */
export const autoscalerAccount = { namespace: "kube-system", name: "cluster-autoscaler" } as const;

const labels = { "app.kubernetes.io/name": autoscalerAccount.name };

/** Container port of its metrics and of its health. */
const metricsPort = { name: "metrics", containerPort: 8085 } as const;

/** What Prometheus scrapes of it. */
export const autoscalerScrape: ClusterScrape = {
  job: autoscalerAccount.name,
  namespace: autoscalerAccount.namespace,
  matchLabels: labels,
  port: metricsPort.name,
};

/** Metadata that every object of the autoscaler has. */
export const autoscalerMetadata = { ...autoscalerAccount, labels };

const verbs = {
  read: ["get", "list", "watch"],
  edit: ["create", "get", "list", "patch", "update", "watch"],
};

/** What the autoscaler reads and writes in the whole cluster. */
export const clusterRules = [
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
  { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
  { apiGroups: [""], resources: ["pods/status"], verbs: ["update"] },
  { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "patch", "update", "watch"] },
  {
    apiGroups: [""],
    resources: [
      "namespaces",
      "persistentvolumeclaims",
      "persistentvolumes",
      "pods",
      "replicationcontrollers",
      "services",
    ],
    verbs: verbs.read,
  },
  { apiGroups: ["apps"], resources: ["daemonsets", "replicasets", "statefulsets"], verbs: verbs.read },
  { apiGroups: ["batch"], resources: ["jobs"], verbs: verbs.read },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: verbs.read },
  {
    apiGroups: ["storage.k8s.io"],
    resources: ["csidrivers", "csinodes", "csistoragecapacities", "storageclasses", "volumeattachments"],
    verbs: verbs.read,
  },
  {
    apiGroups: ["resource.k8s.io"],
    resources: ["deviceclasses", "resourceclaims", "resourceslices"],
    verbs: verbs.read,
  },
];

/** What it writes in its own namespace: its lease, and the status that it publishes. */
export const namespaceRules = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: verbs.edit },
  { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] },
  {
    apiGroups: [""],
    resources: ["configmaps"],
    resourceNames: ["cluster-autoscaler-status"],
    verbs: ["delete", "get", "patch", "update", "watch"],
  },
];

export interface AutoscalerSettings {
  readonly cluster: string;
  readonly region: string;
  readonly image: string;
}

/** The autoscaler simulates the scheduler of one minor version, so its own is the cluster's. */
export function autoscalerImage(kubernetesMinor: string): string {
  return `registry.k8s.io/autoscaling/cluster-autoscaler:v${kubernetesMinor}.0`;
}

/** Spec of the autoscaler's Deployment: two replicas, of which the lease's holder works. */
export function autoscalerDeployment(settings: AutoscalerSettings) {
  return {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: podSpec(settings) },
  };
}

/** One of the two may be away at a time. */
export const autoscalerBudget = { maxUnavailable: 1, selector: { matchLabels: labels } };

/**
 * What it talks to: names, the API servers of Kubernetes and of the cloud, whose addresses are not known beforehand; and
 * who asks it for metrics. The kubelet's probes come from the node and pass in any case.
 */
export const autoscalerNetworkPolicy = {
  podSelector: { matchLabels: labels },
  policyTypes: ["Ingress", "Egress"],
  ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: metricsPort.containerPort, protocol: "TCP" }] }],
  egress: [
    {
      ports: [
        { port: 53, protocol: "UDP" },
        { port: 53, protocol: "TCP" },
      ],
    },
    { ports: [{ port: 443, protocol: "TCP" }] },
  ],
};

/** Its health fails where the loop has stood still; the replica that waits is healthy. */
const healthProbe = {
  httpGet: { path: "/health-check", port: metricsPort.name },
  periodSeconds: 30,
  timeoutSeconds: 5,
};

function podSpec({ cluster, region, image }: AutoscalerSettings) {
  return {
    serviceAccountName: autoscalerAccount.name,
    priorityClassName: "system-cluster-critical",
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65534,
      runAsGroup: 65534,
      fsGroup: 65534,
      seccompProfile: { type: "RuntimeDefault" },
    },
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } },
          },
        ],
      },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: labels },
      },
    ],
    containers: [
      {
        name: autoscalerAccount.name,
        image,
        command: ["./cluster-autoscaler"],
        args: [
          "--cloud-provider=aws",
          `--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/${cluster}`,
          // The groups of a pool differ by zone only: keep the zones level.
          "--balance-similar-node-groups=true",
          "--expander=least-waste",
          "--skip-nodes-with-system-pods=false",
          "--logging-format=json",
        ],
        env: [{ name: "AWS_REGION", value: region }],
        ports: [metricsPort],
        livenessProbe: healthProbe,
        readinessProbe: { ...healthProbe, periodSeconds: 10, failureThreshold: 2 },
        resources: { requests: { cpu: "100m", memory: "600Mi" }, limits: { cpu: "1", memory: "1Gi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
  };
}
