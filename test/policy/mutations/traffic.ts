import { mutantsOf } from "../support/mutants.js";

const SERVICE = "Service/agent-memory-service";
const INGRESS = "Ingress/agent-memory-service";
const POLICY = "NetworkPolicy/agent-memory-service";
const HPA = "HorizontalPodAutoscaler/agent-memory-service";
const annotation = (name: string): string => `metadata.annotations[${name}]`;

/** R3: service and network. */
export const network = mutantsOf("R3", [
  ["Service deleted", SERVICE, "delete"],
  ["Service selects nothing", SERVICE, `spec.selector.app := "agent"`],
  ["Service without http", SERVICE, "- spec.ports[http]"],
  ["Service without grpc", SERVICE, "- spec.ports[grpc]"],
  ["http to a port that is not there", SERVICE, `spec.ports[http].targetPort := "web"`],
  ["Service open to the internet", SERVICE, `spec.type := "LoadBalancer"`],
  ["Ingress deleted", INGRESS, "delete"],
  ["no TLS", INGRESS, "- spec.tls"],
  ["TLS without a certificate of its own", INGRESS, "- spec.tls[0].secretName"],
  ["a host without TLS", INGRESS, "- spec.tls[0].hosts[0]"],
  ["public host removed", INGRESS, "- spec.rules[0]"],
  ["routes to another Service", INGRESS, `spec.rules[0].http.paths[0].backend.service.name := "agent"`],
  ["routes to a port that is not there", INGRESS, `spec.rules[0].http.paths[0].backend.service.port.name := "web"`],
  ["another Ingress class", INGRESS, `spec.ingressClassName := "other"`],
  ["no certificate is asked for", INGRESS, `- ${annotation("cert-manager.io/cluster-issuer")}`],
  ["redirect to TLS off", INGRESS, `${annotation("nginx.org/redirect-to-https")} := "false"`],
  ["redirect to TLS left open", INGRESS, `- ${annotation("nginx.org/redirect-to-https")}`],
  ["bodies of 1 MB at most", INGRESS, `- ${annotation("nginx.org/client-max-body-size")}`],
  ["cut off after a minute", INGRESS, `- ${annotation("nginx.org/proxy-read-timeout")}`],
  ["goes round the mesh", INGRESS, `- ${annotation("nginx.org/use-cluster-ip")}`],
  ["network policy deleted", POLICY, "delete"],
  ["default deny deleted", "NetworkPolicy/deny-all", "delete"],
  ["default deny for ingress only", "NetworkPolicy/deny-all", "- spec.policyTypes[1]"],
  ["controller shut out", POLICY, "- spec.ingress[0]"],
  ["own pods shut out", POLICY, "- spec.ingress[1]"],
  ["scraper shut out", POLICY, "- spec.ingress[2]"],
  ["anybody may call", POLICY, "spec.ingress[0] := {}"],
  ["no DNS", POLICY, "- spec.egress[0]"],
  ["no PostgreSQL", POLICY, "- spec.egress[1]"],
  ["no Redis", POLICY, "- spec.egress[2]"],
  ["no vector database", POLICY, "- spec.egress[3]"],
  ["cannot call its own pods", POLICY, "- spec.egress[4]"],
  ["no telemetry", POLICY, "- spec.egress[5]"],
  ["no mesh control plane", POLICY, "- spec.egress[6]"],
  ["no HTTPS to the outside", POLICY, "- spec.egress[7]"],
  ["may call everything", POLICY, "spec.egress[7] := {}"],
  ["selects other pods", POLICY, `spec.podSelector.matchLabels.app := "agent"`],
  ["plain text in the mesh", "PeerAuthentication/default", `spec.mtls.mode := "PERMISSIVE"`],
  ["Service's protocol left open", SERVICE, "- spec.ports[http].protocol", "TCP is Kubernetes' default"],
  [
    "path type left exact",
    INGRESS,
    `spec.rules[0].http.paths[0].pathType := "ImplementationSpecific"`,
    "for the path / the controllers read it as a prefix",
  ],
]);

/** R4: autoscaling. */
export const scaling = mutantsOf("R4", [
  ["autoscaler deleted", HPA, "delete"],
  ["one replica at night", HPA, "spec.minReplicas := 1"],
  ["two replicas at night", HPA, "spec.minReplicas := 2"],
  ["cannot grow", HPA, "spec.maxReplicas := 3"],
  ["grows to 10 only", HPA, "spec.maxReplicas := 10"],
  ["scales another workload", HPA, `spec.scaleTargetRef.name := "agent"`],
  ["target of another API", HPA, `spec.scaleTargetRef.apiVersion := "apps/v1"`],
  ["not by CPU", HPA, "- spec.metrics[0]"],
  ["at 95 % CPU", HPA, "spec.metrics[0].resource.target.averageUtilization := 95"],
  ["not by memory", HPA, "- spec.metrics[1]"],
  ["not by queue length", HPA, "- spec.metrics[2]"],
  ["by nothing", HPA, "- spec.metrics"],
  ["grows after ten minutes", HPA, "spec.behavior.scaleUp.stabilizationWindowSeconds := 600"],
  ["grows by the smaller step", HPA, `spec.behavior.scaleUp.selectPolicy := "Min"`],
  ["grows pod by pod", HPA, "spec.behavior.scaleUp.policies[Pods].value := 1"],
  ["shrinks at once", HPA, "spec.behavior.scaleDown.stabilizationWindowSeconds := 0"],
  ["shrinks by the larger step", HPA, `spec.behavior.scaleDown.selectPolicy := "Max"`],
  ["shrinks by all", HPA, "spec.behavior.scaleDown.policies[Percent].value := 100"],
  ["replicas set again at every update", "Rollout/agent-memory-service", "options.ignoreChanges := []"],
  ["no disruption budget", "PodDisruptionBudget/agent-memory-service", "delete"],
  ["a budget that blocks", "PodDisruptionBudget/agent-memory-service", "spec.maxUnavailable := 0"],
]);
