import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ExitCode, PlatformError } from "../../common/errors.js";
import type { StackConfig } from "../../config/schema/stack.js";
import type { ClusterTarget } from "../clusters/cluster.js";
import { type AddonContext, foundation, installChart, type Installed } from "./chart.js";

/** Labels of the controller's pods; the Service is ours, so the selector is fixed here and not by the chart. */
export const ingressPodLabels = {
  "app.kubernetes.io/name": "nginx-ingress",
  "app.kubernetes.io/instance": "nginx-ingress",
} as const;

/** Name of the load balancer's Service in the controller's namespace. */
export const ingressServiceName = "nginx-ingress-public";

/**
 * Values of F5's controller. Its pods are in the mesh for what they send, so that routes apply to it and the service
 * accepts it under strict mutual TLS; what they receive comes from outside the mesh and passes the proxy by.
 */
export function ingressValues({ traffic }: StackConfig): Readonly<Record<string, unknown>> {
  return {
    controller: {
      kind: "deployment",
      replicaCount: 3,
      selectorLabels: ingressPodLabels,
      ingressClass: { name: traffic.ingressClass, create: true, setAsDefaultIngress: false },
      enableSnippets: false,
      enableCustomResources: false,
      service: { create: false },
      reportIngressStatus: { enable: true, externalService: ingressServiceName },
      telemetryReporting: { enable: false },
      logFormat: "json",
      pod: { annotations: { "traffic.sidecar.istio.io/includeInboundPorts": "" } },
      podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
      terminationGracePeriodSeconds: 60,
      // Time for the load balancer to notice before the listener closes: no request meets a closed port.
      lifecycle: { preStop: { exec: { command: ["/bin/sleep", "15"] } } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "2", memory: "1Gi" } },
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 101,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: ingressPodLabels },
        },
      ],
      config: {
        entries: {
          "ssl-protocols": "TLSv1.2 TLSv1.3",
          hsts: "true",
          "server-tokens": "False",
          "log-format-escaping": "json",
          "worker-shutdown-timeout": "30s",
        },
      },
    },
    prometheus: { create: true, port: 9113 },
  };
}

/**
 * The load balancer's Service: a resource of the program and not of the chart, so that policies see it and its address
 * is an output. Pulumi waits until the cloud has given the address.
 */
function createService(context: AddonContext): k8s.core.v1.Service {
  const { name, cluster, config, parent } = context;
  const balanced = cluster.loadBalancer.gives !== "nothing";
  return new k8s.core.v1.Service(
    `${name}-ingress-service`,
    {
      metadata: {
        name: ingressServiceName,
        namespace: config.addons.ingress.namespace,
        annotations: { ...cluster.loadBalancer.annotations },
      },
      spec: {
        type: balanced ? "LoadBalancer" : "ClusterIP",
        // The client's address reaches the logs, and no node forwards to another.
        ...(balanced ? { externalTrafficPolicy: "Local" } : {}),
        selector: { ...ingressPodLabels },
        ports: [
          { name: "http", port: 80, targetPort: 80, protocol: "TCP" },
          { name: "https", port: 443, targetPort: 443, protocol: "TCP" },
        ],
      },
    },
    { parent, provider: cluster.provider, dependsOn: [...foundation(context, config.addons.ingress.namespace)] },
  );
}

type LoadBalancerIngress = { readonly hostname?: string; readonly ip?: string } | undefined;

/** The address that the cloud gave; Pulumi has waited for it, so that its absence is a fault. */
function addressIn(ingress: LoadBalancerIngress, { key, loadBalancer }: ClusterTarget): string {
  const address = loadBalancer.gives === "hostname" ? ingress?.hostname : ingress?.ip;
  if (address !== undefined) return address;
  throw new PlatformError(
    `region ${key}: the load balancer of the ingress controller has no ${loadBalancer.gives}`,
    ExitCode.resource,
  );
}

/** Host name or IP of a load balancer's Service; empty where the cluster gives none. */
function addressOf(service: k8s.core.v1.Service, cluster: ClusterTarget): pulumi.Output<string> {
  if (cluster.loadBalancer.gives === "nothing") return pulumi.output("");
  return service.status.loadBalancer.ingress.apply((given) => addressIn(given[0], cluster));
}

/** Ingress controller of class nginx, in front of everything that comes from outside. */
export function installIngress(
  context: AddonContext,
  mesh: Installed,
): { readonly resources: Installed; readonly address: pulumi.Output<string> } {
  const addon = context.config.addons.ingress;
  if (!addon.install) return { resources: [], address: preinstalledAddress(context) };
  const service = createService(context);
  const release = installChart(context, {
    addon,
    release: "nginx-ingress",
    chart: "nginx-ingress",
    values: ingressValues(context.config),
    dependsOn: [...mesh, service],
  });
  return { resources: [release], address: addressOf(service, context.cluster) };
}

/** Address of a controller that was there before: read from its Service. */
function preinstalledAddress({ name, cluster, config, parent }: AddonContext): pulumi.Output<string> {
  if (cluster.loadBalancer.gives === "nothing") return pulumi.output("");
  const id = `${config.addons.ingress.namespace}/${config.addons.ingressService}`;
  const service = k8s.core.v1.Service.get(`${name}-ingress-service`, id, { parent, provider: cluster.provider });
  return addressOf(service, cluster);
}
