import { canonicalBytes, canonicalCpu } from "../../common/quantity.js";
import type { AgentConfig, ProbeConfig } from "../../config/schema/agent.js";
import type { StoreEndpoint } from "../contracts.js";
import { agentNames, agentPorts } from "./names.js";

export interface PodTemplateArgs {
  readonly agent: AgentConfig;
  /** Value of ENVIRONMENT. */
  readonly environment: string;
  /** Stores that the init containers wait for. */
  readonly waitFor: readonly StoreEndpoint[];
  readonly labels: Readonly<Record<string, string>>;
  /** Changes whenever configuration or secrets change, so that pods never run on old ones. */
  readonly configDigest: string;
  /** Image of the service; default `agent.image`. */
  readonly image?: string;
}

/** Passes the restricted Pod Security level: no root, no escalation, no capability, the runtime's seccomp profile. */
const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" as const },
};

/** A user id that no image gives a meaning to; the group owns the volumes. */
const USER = 10001;

function httpProbe(probe: ProbeConfig) {
  const { path, ...timing } = probe;
  return { httpGet: { path, port: "http" }, ...timing };
}

function waitContainer(image: string, { store, host, port }: StoreEndpoint) {
  return {
    name: `wait-for-${store}`,
    image,
    // Not `nc -z`: busybox has it only in builds that ask for it, and the official image is none of them.
    command: [
      "sh",
      "-c",
      `until nc -w 2 ${host} ${port} </dev/null; do echo waiting for ${host}:${port}; sleep 2; done`,
    ],
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "100m", memory: "32Mi" } },
    securityContext: { ...restricted, runAsUser: USER },
  };
}

function amounts({ cpu, memory }: { cpu: string; memory: string }) {
  return { cpu: canonicalCpu(cpu), memory: canonicalBytes(memory) };
}

function environment(args: PodTemplateArgs) {
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return [
    { name: "ENVIRONMENT", value: args.environment },
    { name: "LOG_LEVEL", value: args.agent.logLevel },
    field("POD_NAME", "metadata.name"),
    field("POD_NAMESPACE", "metadata.namespace"),
  ];
}

function container(args: PodTemplateArgs) {
  const { agent } = args;
  return {
    name: agentNames.container,
    image: args.image ?? agent.image,
    ports: [
      { name: "http", containerPort: agentPorts.http, protocol: "TCP" as const },
      { name: "grpc", containerPort: agentPorts.grpc, protocol: "TCP" as const },
    ],
    env: environment(args),
    envFrom: [{ secretRef: { name: agentNames.secret } }, { configMapRef: { name: agentNames.config } }],
    resources: { requests: amounts(agent.resources.requests), limits: amounts(agent.resources.limits) },
    livenessProbe: httpProbe(agent.probes.liveness),
    readinessProbe: httpProbe(agent.probes.readiness),
    startupProbe: httpProbe(agent.probes.startup),
    // The endpoint is withdrawn while the container sleeps; only then does it get SIGTERM.
    lifecycle: { preStop: { sleep: { seconds: agent.drain.preStopSeconds } } },
    volumeMounts: [
      { name: "config", mountPath: "/app/config", readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
    ],
    securityContext: restricted,
  };
}

function spreading(labels: Readonly<Record<string, string>>) {
  return {
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
        whenUnsatisfiable: "ScheduleAnyway" as const,
        labelSelector: { matchLabels: labels },
      },
    ],
  };
}

/** The pod of R2, with what production needs besides: restricted security context, drain, spreading. */
export function podTemplate(args: PodTemplateArgs) {
  const { agent, labels } = args;
  return {
    metadata: {
      labels,
      annotations: {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": String(agentPorts.http),
        "prometheus.io/path": "/metrics",
        "agent-platform.io/config-digest": args.configDigest,
        "kubectl.kubernetes.io/default-container": agentNames.container,
      },
    },
    spec: {
      serviceAccountName: agentNames.serviceAccount,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: agent.drain.graceSeconds,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        seccompProfile: { type: "RuntimeDefault" as const },
      },
      ...(agent.imagePullSecret === undefined ? {} : { imagePullSecrets: [{ name: agent.imagePullSecret }] }),
      ...spreading(labels),
      initContainers: args.waitFor.map((store) => waitContainer(agent.initImage, store)),
      containers: [container(args)],
      volumes: [
        { name: "config", configMap: { name: agentNames.files } },
        { name: "tmp", emptyDir: { sizeLimit: "1Gi" } },
      ],
    },
  };
}

export type PodTemplate = ReturnType<typeof podTemplate>;
