import type { KubeObject } from "../servers/region/api.js";
import { restricted } from "./restricted.js";

export const METRICS_IMAGE = "agent-platform.local/metrics-server:0.8.0";

const name = "metrics-server";
const labels = { "k8s-app": name };
const meta = { name, namespace: "kube-system", labels };
const rbac = "rbac.authorization.k8s.io/v1";
const subjects = [{ kind: "ServiceAccount", name, namespace: "kube-system" }];
const role = (of: string, kind = "ClusterRole") => ({ apiGroup: "rbac.authorization.k8s.io", kind, name: of });

const container = {
  name,
  image: METRICS_IMAGE,
  args: [
    "--cert-dir=/tmp",
    "--secure-port=10250",
    "--kubelet-preferred-address-types=InternalIP",
    // The kubelets' certificates are their own, as on every cluster that does not sign them.
    "--kubelet-insecure-tls",
    "--metric-resolution=10s",
    "--kubelet-request-timeout=5s",
  ],
  ports: [{ name: "https", containerPort: 10250, protocol: "TCP" }],
  resources: { requests: { cpu: "20m", memory: "64Mi" } },
  readinessProbe: { httpGet: { path: "/readyz", port: "https", scheme: "HTTPS" }, periodSeconds: 2 },
  securityContext: restricted(1000),
  volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
};

const clusterRole = {
  apiVersion: rbac,
  kind: "ClusterRole",
  metadata: { name: `system:${name}` },
  rules: [
    { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
    { apiGroups: [""], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] },
  ],
};

const bindings: KubeObject[] = [
  {
    apiVersion: rbac,
    kind: "ClusterRoleBinding",
    metadata: { name: `system:${name}` },
    roleRef: role(`system:${name}`),
    subjects,
  },
  {
    apiVersion: rbac,
    kind: "ClusterRoleBinding",
    metadata: { name: `${name}:system:auth-delegator` },
    roleRef: role("system:auth-delegator"),
    subjects,
  },
  {
    apiVersion: rbac,
    kind: "RoleBinding",
    metadata: { name: `${name}-auth-reader`, namespace: "kube-system" },
    roleRef: role("extension-apiserver-authentication-reader", "Role"),
    subjects,
  },
];

/** CPU and memory of pods, which the autoscaler asks for: `metrics.k8s.io`. */
export function metricsObjects(): KubeObject[] {
  const template = {
    metadata: { labels },
    spec: {
      serviceAccountName: name,
      priorityClassName: "system-cluster-critical",
      containers: [container],
      volumes: [{ name: "tmp", emptyDir: {} }],
    },
  };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: meta },
    clusterRole,
    ...bindings,
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: meta,
      spec: { replicas: 1, selector: { matchLabels: labels }, template },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: meta,
      spec: { selector: labels, ports: [{ name: "https", port: 443, targetPort: "https", protocol: "TCP" }] },
    },
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1beta1.metrics.k8s.io" },
      spec: {
        group: "metrics.k8s.io",
        version: "v1beta1",
        service: { name, namespace: "kube-system", port: 443 },
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
      },
    },
  ];
}
