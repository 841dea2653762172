import { z } from "zod";
import { byteQuantity, cpuQuantity, dnsLabel, doc, image, path, positive, section } from "./primitives.js";
import { secret } from "./secret.js";

const amounts = (cpu: string, memory: string) =>
  section({
    cpu: doc(cpuQuantity.default(cpu), "CPU, as a Kubernetes quantity."),
    memory: doc(byteQuantity.default(memory), "Memory, as a Kubernetes quantity."),
  });

const probe = (defaults: { path: string; delay: number; period: number; timeout: number; failures: number }) =>
  section({
    path: doc(path.default(defaults.path), "HTTP path on the http port."),
    initialDelaySeconds: doc(z.int().min(0).default(defaults.delay), "Seconds before the first probe."),
    periodSeconds: doc(positive.default(defaults.period), "Seconds between probes."),
    timeoutSeconds: doc(positive.default(defaults.timeout), "Seconds a probe may take."),
    failureThreshold: doc(positive.default(defaults.failures), "Failures in a row that count as one."),
  });

const scalingRule = (defaults: {
  window: number;
  pods?: number;
  percent: number;
  period: number;
  select: "Max" | "Min";
}) =>
  section({
    stabilizationSeconds: doc(
      z.int().min(0).max(3600).default(defaults.window),
      "Seconds over which the recommendations are smoothed.",
    ),
    percent: doc(positive.default(defaults.percent), "Largest change per period, in percent of the replicas."),
    pods: doc(
      z
        .int()
        .min(0)
        .default(defaults.pods ?? 0),
      "Largest change per period, in pods; 0 for no such rule.",
    ),
    periodSeconds: doc(z.int().min(1).max(1800).default(defaults.period), "Length of a period, in seconds."),
    select: doc(z.enum(["Max", "Min"]).default(defaults.select), "Whether the larger or the smaller change is taken."),
  });

/** Autoscaler of the service (R4). */
const autoscalingSchema = section({
  minReplicas: doc(positive.default(3), "Fewest replicas."),
  maxReplicas: doc(positive.default(20), "Most replicas."),
  cpuPercent: doc(positive.max(100).default(70), "Target CPU use, in percent of the request."),
  memoryPercent: doc(positive.max(100).default(80), "Target memory use, in percent of the request."),
  queueLength: doc(positive.default(100), "Target average of agent_request_queue_length per pod."),
  scaleUp: scalingRule({ window: 60, pods: 4, percent: 100, period: 60, select: "Max" }),
  scaleDown: scalingRule({ window: 300, percent: 25, period: 120, select: "Min" }),
});

/** The agent memory service (R2, R3, R4). */
export const agentSchema = section({
  name: doc(dnsLabel.default("agent-memory-service"), "Name of the workload. Changing it replaces it."),
  namespace: doc(
    dnsLabel.default("agent-memory"),
    "Namespace of the service and its stores. Changing it replaces everything in it.",
  ),
  image: doc(
    image.default("ghcr.io/example/agent-memory-service:1.0.0"),
    "Image of the service; in production a digest or a tag that never moves.",
  ),
  initImage: doc(image.default("busybox:1.37.0"), "Image of the init containers that wait for Redis and PostgreSQL."),
  imagePullSecret: doc(dnsLabel.optional(), "Secret for a private registry, in the service's namespace."),
  replicas: doc(positive.default(3), "Replicas wanted at first; the autoscaler owns the number."),
  resources: section({ requests: amounts("500m", "512Mi"), limits: amounts("2", "2Gi") }),
  logLevel: doc(z.enum(["debug", "info", "warn", "error"]).default("info"), "LOG_LEVEL of the service."),
  probes: section({
    liveness: probe({ path: "/health", delay: 30, period: 10, timeout: 5, failures: 3 }),
    readiness: probe({ path: "/ready", delay: 5, period: 5, timeout: 3, failures: 3 }),
    startup: probe({ path: "/health", delay: 10, period: 5, timeout: 1, failures: 30 }),
  }),
  autoscaling: autoscalingSchema,
  disruption: section({
    maxUnavailable: doc(positive.default(1), "Pods that a voluntary disruption may take at once."),
  }),
  drain: section({
    preStopSeconds: doc(
      z.int().min(1).max(120).default(10),
      "Seconds between leaving the endpoints and SIGTERM, so that no request meets a closed port.",
    ),
    graceSeconds: doc(z.int().min(5).max(600).default(60), "Seconds from the start of termination to SIGKILL."),
  }),
  config: doc(
    z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/, "must be an environment variable name"), z.string()).default({}),
    "More environment, by ConfigMap agent-config.",
  ),
  files: doc(
    z
      .record(z.string().regex(/^[\w.-]+$/, "must be a file name"), z.string())
      .default({ "agent.yaml": "memory:\n  retentionDays: 365\n" }),
    "Files at /app/config, by ConfigMap agent-config-files.",
  ),
  secrets: doc(
    z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/, "must be an environment variable name"), secret()).default({}),
    "More environment, by Secret agent-secrets; values must be encrypted (`pulumi config set --secret --path`).",
  ),
});

export type AgentConfig = z.output<typeof agentSchema>;
export type ProbeConfig = AgentConfig["probes"]["liveness"];
export type AutoscalingConfig = AgentConfig["autoscaling"];

/** Ingress, gateway and routes (R3, R6). */
export const trafficSchema = section({
  host: doc(z.string().default("agent-api.example.com"), "Public host name of the API."),
  canaryHost: doc(z.string().default("canary.agent-api.example.com"), "Host name at which the canary alone answers."),
  previewHost: doc(
    z.string().default("preview.agent-api.example.com"),
    "Host name of the preview version in blue-green delivery.",
  ),
  ingressClass: doc(dnsLabel.default("nginx"), "Ingress class."),
  tlsSecret: doc(dnsLabel.default("agent-tls-secret"), "Secret in which cert-manager keeps the certificate."),
  issuer: doc(dnsLabel.default("letsencrypt-prod"), "cert-manager ClusterIssuer."),
  maxBodySize: doc(
    z
      .string()
      .regex(/^\d+[kmg]?$/, "must be a size such as 10m")
      .default("10m"),
    "Largest request body, in nginx's units.",
  ),
  readTimeoutSeconds: doc(positive.default(300), "Seconds that a response may take."),
  retries: section({
    attempts: doc(z.int().min(0).max(5).default(2), "Retries of a request that failed to connect."),
    perTryTimeoutSeconds: doc(positive.default(30), "Seconds for one attempt."),
  }),
  canaryHeader: section({
    name: doc(
      z
        .string()
        .regex(/^[a-z0-9-]+$/, "must be a lower-case header name")
        .default("x-canary"),
      "Header that sends a request to the canary.",
    ),
    value: doc(z.string().min(1).default("true"), "Value of that header."),
  }),
  outboundHttps: doc(z.boolean().default(true), "Allow pods to reach HTTPS outside the cluster (R3)."),
});

export type TrafficConfig = z.output<typeof trafficSchema>;
