import { firstAddress } from "../control-plane.js";
import type { KubeObject } from "../servers/region/api.js";

export const DNS_IMAGE = "agent-platform.local/coredns:1.14.3";

const labels = { "k8s-app": "kube-dns" };
const meta = (name: string) => ({ name, namespace: "kube-system", labels });

/** Names of the cluster and nothing else: a question about the world outside is answered at once, with "no such name". */
const COREFILE = `
.:53 {
  errors
  health :8080 {
    lameduck 3s
  }
  ready :8181
  prometheus :9153
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
  }
  template ANY ANY {
    rcode NXDOMAIN
  }
  cache 5
  loadbalance
}
`;

const container = {
  name: "coredns",
  image: DNS_IMAGE,
  args: ["-conf", "/etc/coredns/Corefile"],
  ports: [
    { name: "dns", containerPort: 53, protocol: "UDP" },
    { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
    { name: "metrics", containerPort: 9153, protocol: "TCP" },
  ],
  resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { memory: "170Mi" } },
  readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
  livenessProbe: { httpGet: { path: "/health", port: 8080 }, initialDelaySeconds: 30 },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
  },
  volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
};

const rules = [
  { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
];

/** The cluster's DNS, as every cluster has it: `kube-dns` in `kube-system`. */
export function dnsObjects(serviceCidr: string): KubeObject[] {
  const rbac = "rbac.authorization.k8s.io/v1";
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: meta("coredns") },
    { apiVersion: rbac, kind: "ClusterRole", metadata: { name: "system:coredns" }, rules },
    {
      apiVersion: rbac,
      kind: "ClusterRoleBinding",
      metadata: { name: "system:coredns" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" },
      subjects: [{ kind: "ServiceAccount", name: "coredns", namespace: "kube-system" }],
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: meta("coredns"), data: { Corefile: COREFILE } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: meta("coredns"),
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: "coredns",
            dnsPolicy: "Default",
            priorityClassName: "system-cluster-critical",
            containers: [container],
            volumes: [{ name: "config", configMap: { name: "coredns" } }],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: meta("kube-dns"),
      spec: {
        selector: labels,
        clusterIP: firstAddress(serviceCidr, 10),
        ports: [
          { name: "dns", port: 53, targetPort: "dns", protocol: "UDP" },
          { name: "dns-tcp", port: 53, targetPort: "dns-tcp", protocol: "TCP" },
        ],
      },
    },
  ];
}
