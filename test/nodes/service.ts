import { poll } from "../../common/poll.js";
import { agentSchema, type AgentConfig } from "../../config/schema/agent.js";
import type { DeliveryConfig } from "../../config/schema/delivery.js";
import { agentPorts } from "../../components/agent/names.js";
import { serviceHost } from "../../components/traffic/routes.js";
import type { LocalRegion } from "../../operations/local/region.js";
import type { KubeObject } from "../../operations/local/servers/region/api.js";
import { holds } from "../../operations/local/servers/region/conditions.js";
import type { RolloutObject } from "../../operations/rollout/objects.js";
import { deliveryObjects, testSized, type DeliveryObjects } from "../support/delivery/objects.js";
import { standInImage } from "./platform.js";

type Scaling = Partial<AgentConfig["autoscaling"]>;

/** Probes once a second and a drain of three: R2's logic at a tenth of its times. */
const quick = { delaySeconds: 1, periodSeconds: 1 };

/** As many pods as there are at first: under load a service would grow, and two cores with it. */
const unscaled: Scaling = { minReplicas: 3, maxReplicas: 3 };

function agentConfig(namespace: string, tag: string, autoscaling: Scaling): AgentConfig {
  const agent = agentSchema.parse({});
  const probe = (of: keyof AgentConfig["probes"]) => ({
    ...agent.probes[of],
    initialDelaySeconds: quick.delaySeconds,
    periodSeconds: quick.periodSeconds,
  });
  return {
    ...agent,
    namespace,
    autoscaling: { ...agent.autoscaling, ...autoscaling },
    image: standInImage(tag),
    resources: { requests: { cpu: "100m", memory: "32Mi" }, limits: { cpu: "1", memory: "128Mi" } },
    probes: { liveness: probe("liveness"), readiness: probe("readiness"), startup: probe("startup") },
    drain: { preStopSeconds: 3, graceSeconds: 30 },
  };
}

const named = (apiVersion: string, kind: string, metadata: { namespace: string; name: string }): KubeObject => ({
  apiVersion,
  kind,
  metadata,
});

/** What the pods' start waits for and what they mount: ports that are open, and a setting of each kind. */
function surroundings(namespace: string): KubeObject[] {
  const labels = { app: "stores" };
  const listen = (port: number): string => `nc -ll -p ${port} -e cat`;
  const container = {
    name: "stores",
    image: "busybox:1.37.0",
    command: ["sh", "-c", `${listen(6379)} & exec ${listen(5432)}`],
  };
  const service = (name: string, port: number): KubeObject => ({
    ...named("v1", "Service", { namespace, name }),
    spec: { selector: labels, ports: [{ port, targetPort: port, protocol: "TCP" }] },
  });
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    { ...named("v1", "ConfigMap", { namespace, name: "agent-config" }), data: { FROM_CONFIG: namespace } },
    { ...named("v1", "ConfigMap", { namespace, name: "agent-config-files" }), data: { "agent.yaml": "" } },
    { ...named("v1", "Secret", { namespace, name: "agent-secrets" }), stringData: { FROM_SECRET: namespace } },
    {
      ...named("v1", "Pod", { namespace, name: "stores" }),
      spec: { containers: [container], terminationGracePeriodSeconds: 1 },
    },
    service("redis-service", 6379),
    service("postgres-service", 5432),
  ].map((object) => (object.kind === "Pod" ? { ...object, metadata: { ...object.metadata, labels } } : object));
}

export interface ServiceOptions {
  readonly delivery: DeliveryConfig;
  /** What is changed of the autoscaler; default as many pods as there are at first. */
  readonly scaling?: Scaling;
}

/** The agent service under one delivery strategy, in a namespace of its own on real nodes. */
export class RealService {
  private delivery: DeliveryConfig;
  private readonly scaling: Scaling;

  private constructor(
    readonly region: LocalRegion,
    readonly namespace: string,
    { delivery, scaling = unscaled }: ServiceOptions,
  ) {
    this.delivery = delivery;
    this.scaling = scaling;
  }

  static async open(region: LocalRegion, namespace: string, options: ServiceOptions): Promise<RealService> {
    const service = new RealService(region, namespace, options);
    for (const object of surroundings(namespace)) await region.api.apply(object, { manager: "test" });
    await service.applyAll("1.0.0");
    return service;
  }

  /** Rolling updates alone; what a rollout's controller needs is left to the strategies that have one. */
  static async rolling(region: LocalRegion, namespace: string, scaling = unscaled): Promise<RealService> {
    return await RealService.open(region, namespace, {
      delivery: testSized("rolling", "http://127.0.0.1:1"),
      scaling,
    });
  }

  objects(tag: string): DeliveryObjects {
    return deliveryObjects(this.namespace, this.delivery, agentConfig(this.namespace, tag, this.scaling));
  }

  /** Applies everything in a version, as the first `pulumi up` does. */
  async applyAll(tag: string): Promise<void> {
    const { identity, services, analyses, weights, routes, workloads, autoscaler } = this.objects(tag);
    const { name } = autoscaler.metadata;
    const budget: KubeObject = {
      ...named("policy/v1", "PodDisruptionBudget", { namespace: this.namespace, name }),
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: "agent-memory" } } },
    };
    const managed = this.delivery.strategy === "rolling" ? [] : [...analyses, weights, routes];
    for (const object of [identity, ...services, ...managed, ...workloads, autoscaler, budget]) {
      await this.region.api.apply(object);
    }
  }

  /** Asks for a version, as `pulumi up` with another image does. */
  async applyWorkloads(tag: string): Promise<void> {
    for (const workload of this.objects(tag).workloads) await this.region.api.apply(workload);
  }

  /** Another version on the canary of the canary strategy alone, as `delivery.canary.image` asks for. */
  canaryOf(tag: string): void {
    this.delivery = { ...this.delivery, canary: { ...this.delivery.canary, image: standInImage(tag) } };
  }

  /** Deploys a version and waits until it alone serves. */
  async deploy(tag: string): Promise<void> {
    await this.applyWorkloads(tag);
    await this.settled();
  }

  async pods(): Promise<KubeObject[]> {
    return await this.region.api.list("v1", "Pod", { namespace: this.namespace, labelSelector: "app=agent-memory" });
  }

  /** How many pods are ready. */
  async ready(): Promise<number> {
    return (await this.pods()).filter((pod) => holds(pod, "Ready")).length;
  }

  /** Makes every pod behave as the query says, from its own node: no rule of the network is in the way. */
  async faults(query: string): Promise<void> {
    for (const pod of await this.pods()) await this.ask(pod, `/fault?${query}`);
  }

  /** What one pod answers, asked from its node. */
  async ask({ spec, status }: KubeObject, path: string): Promise<string> {
    const { nodeName } = spec as { nodeName?: string };
    const { podIP } = (status ?? {}) as { podIP?: string };
    const { space } = this.region.nodes.find(({ name }) => name === nodeName)!.place;
    return await space.get(`http://${podIP}:8080${path}`, 60_000);
  }

  /** Asks for a number of pods; returns how many were asked for before. */
  async scale(replicas: number): Promise<number> {
    const deployment = await this.deployment();
    await this.region.api.mergePatch(deployment, { spec: { replicas } });
    return (deployment.spec as { replicas?: number }).replicas ?? 0;
  }

  private async deployment(): Promise<KubeObject> {
    const [workload] = this.objects("1.0.0").workloads;
    const { name } = workload!.metadata;
    return await this.region.api.get("apps/v1", "Deployment", { namespace: this.namespace, name });
  }

  async rollout(): Promise<RolloutObject> {
    const { apiVersion, kind, metadata } = this.objects("1.0.0").workloads[0]!;
    return (await this.region.api.get(apiVersion, kind, metadata)) as unknown as RolloutObject;
  }

  /** Waits until the rollouts controller says a phase of the newest version. */
  async untilPhase(phase: string, timeoutMs = 240_000): Promise<RolloutObject> {
    return await poll(
      async () => {
        const rollout = await this.rollout();
        const { observedGeneration, phase: is, message = "" } = rollout.status ?? {};
        if (observedGeneration === String(rollout.metadata.generation) && is === phase) return rollout;
        throw new Error(`${is ?? "no phase"}: ${message}`);
      },
      { what: `${this.namespace} to be ${phase}`, timeoutMs, intervalMs: 250 },
    );
  }

  /** Waits until the newest version has every pod that is wanted, and no other has any. */
  async settled(timeoutMs = 240_000): Promise<void> {
    await poll(
      async () => {
        const { metadata, spec, status } = await this.deployment();
        const wanted = (spec as { replicas?: number }).replicas ?? 0;
        const is = (status ?? {}) as Readonly<Record<string, number | undefined>>;
        const seen = is.observedGeneration === metadata.generation && wanted >= 3;
        const all = is.updatedReplicas === wanted && is.availableReplicas === wanted && is.replicas === wanted;
        return seen && all ? true : undefined;
      },
      { what: `${this.namespace} to have settled`, timeoutMs, intervalMs: 500 },
    );
  }

  /** Address of one of the strategy's services inside the segment; default the public one. */
  async url(service = this.objects("1.0.0").services[0]!.metadata.name): Promise<string> {
    const { spec } = await this.region.api.get("v1", "Service", { namespace: this.namespace, name: service });
    return `http://${(spec as { clusterIP: string }).clusterIP}/`;
  }

  /** The public service's gRPC, as clients in the mesh call it. */
  get meshTarget(): string {
    const { metadata } = this.objects("1.0.0").services[0]!;
    return `${serviceHost(metadata.name, this.namespace)}:${agentPorts.grpc}`;
  }

  async close(): Promise<void> {
    await this.region.api.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name: this.namespace } });
  }
}
