import { p99Query } from "../../../components/delivery/analysis.js";
import { serviceHost } from "../../../components/traffic/routes.js";
import { deliveryNames } from "../../../components/delivery/names.js";
import type { DeliveryConfig } from "../../../config/schema/delivery.js";
import { poll } from "../../../common/poll.js";
import type { RolloutObject } from "../../../operations/rollout/objects.js";
import type { RegionDelivery } from "../../../operations/rollout/region.js";
import { openTargets } from "../../../operations/rollout/targets.js";
import { MetricsSource } from "../../support/servers/metrics-source.js";
import { startPrometheus, type Prometheus } from "../../support/servers/prometheus.js";
import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";
import type { Region } from "../../support/servers/region/region.js";
import { deliveryObjects, testSized, type DeliveryObjects, type Tuning } from "../../support/delivery/objects.js";
import { Trail } from "../../support/delivery/trail.js";

const IMAGE = "ghcr.io/example/agent-memory-service";

/** What is bounded is asserted; a wait only ends a test that would never end. */
const PATIENCE_MS = 180_000;

export interface StandOptions {
  readonly region: Region;
  readonly namespace: string;
  readonly prometheusProgram: string;
  readonly strategy: DeliveryConfig["strategy"];
  readonly tuning?: Tuning;
}

interface Endpoint {
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly name: string };
}

/** One service under delivery in a namespace of its own, with its own metrics and Prometheus. */
export class Stand {
  readonly api: KubeApi;
  readonly namespace: string;
  private readonly tuning: Tuning;
  private tag = "1.0.0";
  private config: DeliveryConfig;

  private constructor(
    private readonly options: StandOptions,
    readonly metrics: MetricsSource,
    readonly prometheus: Prometheus,
  ) {
    const { region, namespace, strategy, tuning = {} } = options;
    this.api = region.api;
    this.namespace = namespace;
    this.tuning = tuning;
    this.config = testSized(strategy, prometheus.url, tuning);
  }

  /** Changes the strategy in the configuration; nothing is applied yet. */
  configure(strategy: DeliveryConfig["strategy"]): void {
    this.config = testSized(strategy, this.prometheus.url, this.tuning);
  }

  /** Applies everything and waits until the first version serves. */
  static async open(options: StandOptions): Promise<Stand> {
    const metrics = new MetricsSource(["stable", "canary"]);
    await metrics.start();
    const prometheus = await startPrometheus(options.prometheusProgram, metrics.port);
    const stand = new Stand(options, metrics, prometheus);
    await stand.untilMeasured();
    const { namespace: name } = options;
    await stand.api.apply({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    await stand.applyAll();
    if (stand.workload.kind === "Rollout") await stand.untilHealthy();
    else await stand.untilAvailable();
    return stand;
  }

  /** Waits until Prometheus has an answer: before it has two scrapes, nothing is known of the canary. */
  private async untilMeasured(): Promise<void> {
    await poll(
      async () => {
        const value = await this.prometheus.query(p99Query("2s"));
        return value === undefined || Number.isNaN(value) ? undefined : true;
      },
      { what: "Prometheus to have data", timeoutMs: PATIENCE_MS },
    );
  }

  get objects(): DeliveryObjects {
    return deliveryObjects(this.namespace, this.config, { image: `${IMAGE}:${this.tag}` });
  }

  get workload(): KubeObject {
    return this.objects.workloads[0]!;
  }

  /** Everything but the weights, which the controller owns once they exist. */
  async applyAll(withWeights = true): Promise<KubeObject[]> {
    const { identity, services, analyses, workloads, weights, routes, autoscaler } = this.objects;
    // Selectors are ignored after creation, as the program does.
    const own = withWeights ? services : services.filter(({ metadata }) => metadata.name === "agent-memory-service");
    const all = [identity, ...own, ...analyses, ...(withWeights ? [weights] : []), routes, ...workloads, autoscaler];
    const applied: KubeObject[] = [];
    for (const object of all) applied.push(await this.api.apply(object));
    return applied;
  }

  /** Deploys another version, as `pulumi up` with another image does. */
  async deploy(tag: string): Promise<void> {
    this.tag = tag;
    for (const workload of this.objects.workloads) await this.api.apply(workload);
  }

  /** Deploys a version to the canary of the canary strategy alone, as `delivery.canary.image` does. */
  async deployCanary(tag: string): Promise<void> {
    this.config = { ...this.config, canary: { ...this.config.canary, image: `${IMAGE}:${tag}` } };
    for (const workload of this.objects.workloads) await this.api.apply(workload);
  }

  /** Tags of the images in the ready pods behind each service that gets a share of the public host's requests. */
  async served(): Promise<Readonly<Record<string, readonly string[]>>> {
    const { api, namespace } = this;
    const { apiVersion, kind, metadata } = this.objects.weights;
    const { spec } = await api.get(apiVersion, kind, metadata);
    const [split] = (spec as { http: { route: { destination: { host: string }; weight?: number }[] }[] }).http;
    const services = split!.route.filter(({ weight }) => weight !== 0).map(({ destination }) => destination.host);
    const pods = await api.list("v1", "Pod", { namespace });
    const tags = new Map(
      pods.map(({ metadata: { name }, spec: pod }) => {
        const [container] = (pod as { containers: { image: string }[] }).containers;
        return [name, container!.image.split(":").at(-1) ?? ""] as const;
      }),
    );
    const entries = services.map(async (host) => {
      const service = host.split(".")[0]!;
      const labelSelector = `kubernetes.io/service-name=${service}`;
      const slices = await api.list("discovery.k8s.io/v1", "EndpointSlice", { namespace, labelSelector });
      const endpoints = slices.flatMap(({ endpoints: of }) => (of ?? []) as Endpoint[]);
      const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
      return [service, [...new Set(ready.map(({ targetRef }) => tags.get(targetRef?.name ?? "") ?? "gone"))]] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  async rollout(): Promise<RolloutObject> {
    const { apiVersion, kind, metadata } = this.workload;
    return (await this.api.get(apiVersion, kind, metadata)) as unknown as RolloutObject;
  }

  /** Waits until the controller says the phase of the newest generation. */
  async untilPhase(phase: string, timeoutMs = PATIENCE_MS): Promise<RolloutObject> {
    return await poll(
      async () => {
        const rollout = await this.rollout();
        const seen = rollout.status?.observedGeneration === String(rollout.metadata.generation);
        if (!seen || rollout.status.phase !== phase) {
          throw new Error(`${rollout.status?.phase ?? "no phase"}: ${rollout.status?.message ?? ""}`);
        }
        return rollout;
      },
      { what: `${this.namespace} to be ${phase}`, timeoutMs, intervalMs: 500 },
    );
  }

  /** Waits until every Deployment has all its pods, and the first as many as the autoscaler wants at least. */
  async untilAvailable(timeoutMs = PATIENCE_MS): Promise<void> {
    await poll(
      async () => {
        const { workloads, autoscaler } = this.objects;
        const { minReplicas } = autoscaler.spec as { minReplicas: number };
        for (const [index, { apiVersion, kind, metadata }] of workloads.entries()) {
          const { spec, status } = await this.api.get(apiVersion, kind, metadata);
          const { replicas = 1 } = spec as { replicas?: number };
          const { availableReplicas = 0 } = (status ?? {}) as { availableReplicas?: number };
          if (availableReplicas < Math.max(replicas, index === 0 ? minReplicas : 1)) return undefined;
        }
        return true;
      },
      { what: `${this.namespace} to be available`, timeoutMs, intervalMs: 500 },
    );
  }

  /** Waits until an analysis without data has stopped the rollout where it is. */
  async untilParked(timeoutMs = PATIENCE_MS): Promise<RolloutObject> {
    return await poll(
      async () => {
        const rollout = await this.rollout();
        // An aborted version's Degraded is not said of the one that was deployed after it.
        if (rollout.status?.observedGeneration !== String(rollout.metadata.generation)) return undefined;
        const reasons = (rollout.status.pauseConditions ?? []).map(({ reason }) => reason);
        if (rollout.status.phase === "Degraded") return rollout;
        return reasons.includes("InconclusiveAnalysisRun") ? rollout : undefined;
      },
      { what: `${this.namespace} to be parked`, timeoutMs, intervalMs: 500 },
    );
  }

  async untilHealthy(timeoutMs = PATIENCE_MS): Promise<RolloutObject> {
    return await this.untilPhase("Healthy", timeoutMs);
  }

  /** The split as it is recorded from now on. */
  async follow(): Promise<Trail> {
    return await Trail.follow(this.api, this.objects.weights, serviceHost(deliveryNames.canary, this.namespace));
  }

  /** The delivery as the commands of `rollout` open it. */
  async delivery(role: RegionDelivery["role"] = "primary"): Promise<RegionDelivery> {
    const { name, kubeconfigFile } = this.options.region;
    const names = { service: "agent-memory-service", canary: deliveryNames.canaryDeployment };
    const [opened] = await openTargets([{ region: name, role, kubeconfigFile }], {
      namespace: this.namespace,
      ...names,
    });
    return opened!;
  }

  /** Ends it all: a workload that stays is looked after by every controller for as long as the suite runs. */
  async close(): Promise<void> {
    const { workloads, autoscaler } = this.objects;
    for (const object of [autoscaler, ...workloads]) await this.api.remove(object);
    await this.metrics.stop();
    await this.prometheus.stop();
  }
}
