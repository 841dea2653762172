import type { TrafficConfig } from "../../config/schema/agent.js";

/**
 * Annotations of the controller that serves class nginx (F5's, since the community one was retired in March 2026).
 * `use-cluster-ip` sends requests to the service's address, not to its pods, so that the mesh splits what enters here.
 */
export function ingressAnnotations(traffic: TrafficConfig): Record<string, string> {
  return {
    "cert-manager.io/cluster-issuer": traffic.issuer,
    "nginx.org/redirect-to-https": "true",
    "nginx.org/client-max-body-size": traffic.maxBodySize,
    "nginx.org/proxy-read-timeout": `${traffic.readTimeoutSeconds}s`,
    "nginx.org/use-cluster-ip": "true",
    // A load balancer of another kind may front the controller, and then no address ever appears here.
    "pulumi.com/skipAwait": "true",
  };
}

export function ingressSpec(traffic: TrafficConfig, hosts: readonly string[], service: string) {
  const backend = { service: { name: service, port: { name: "http" } } };
  return {
    ingressClassName: traffic.ingressClass,
    tls: [{ hosts: [...hosts], secretName: traffic.tlsSecret }],
    rules: hosts.map((host) => ({ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } })),
  };
}
