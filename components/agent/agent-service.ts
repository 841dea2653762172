import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/schema/stack.js";
import type { ClusterTarget } from "../clusters/cluster.js";
import { agentLabels, type StoreCredentials } from "../contracts.js";
import { deliveryPlan, serviceSpec, type DeliveryPlan } from "../delivery/plan.js";
import { createDelivery, type Delivery } from "../delivery/create.js";
import { autoscalerSpec } from "./autoscaler.js";
import { agentNames } from "./names.js";
import { denyAllSpec, networkPolicySpec } from "./network-policy.js";
import { podTemplate } from "./pod-template.js";
import { plainSettings, secretSettings, settingsDigest, type StoreEndpoints } from "./settings.js";

/** Inputs of {@link AgentService}. */
export interface AgentServiceArgs {
  readonly cluster: ClusterTarget;
  readonly config: StackConfig;
  /** Where the stores are; the pods wait for those that run here. */
  readonly stores: StoreEndpoints;
  readonly credentials: StoreCredentials;
}

/**
 * The agent memory service in one region (R2, R3, R4): identity, settings, network policies, workloads of the delivery
 * strategy, services, autoscaler and disruption budget. Changing `agent.name` or `agent.namespace` replaces all of it.
 */
export class AgentService extends pulumi.ComponentResource {
  /** How traffic is split between the versions; what the routes are built from. */
  readonly plan: DeliveryPlan;
  /** The service in front of every version. */
  readonly service: k8s.core.v1.Service;
  /** What the routes wait for before they lead here. */
  readonly delivery: Delivery;

  constructor(
    private readonly name: string,
    private readonly args: AgentServiceArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("agent-platform:agent:AgentService", name, {}, opts);
    this.createIdentity();
    const settings = this.createSettings();
    this.createNetworkPolicies();
    this.plan = this.planDelivery(settings.digest);
    const { services, workloads } = createDelivery(this.name, this.plan, {
      ...this.place(),
      dependsOn: settings.resources,
    });
    this.service = this.createService();
    this.delivery = { services: [...services, this.service], workloads };
    this.createAutoscaler(workloads);
    this.createDisruptionBudgets();
    this.registerOutputs({ service: this.service.metadata.name });
  }

  private get namespace(): string {
    return this.args.config.agent.namespace;
  }

  private place() {
    return { namespace: this.namespace, parent: this, provider: this.args.cluster.provider };
  }

  private options(): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.args.cluster.provider };
  }

  private meta(name: string) {
    return { name, namespace: this.namespace, labels: { ...agentLabels } };
  }

  /** An identity of its own without any right: the service never calls the Kubernetes API, so it gets no token. */
  private createIdentity(): void {
    new k8s.core.v1.ServiceAccount(
      `${this.name}-identity`,
      { metadata: this.meta(agentNames.serviceAccount), automountServiceAccountToken: false },
      this.options(),
    );
  }

  private createSettings(): { resources: pulumi.Resource[]; digest: string } {
    const { config, cluster, stores, credentials } = this.args;
    const settings = plainSettings({
      agent: config.agent,
      observability: config.observability,
      stores,
      database: config.data.postgres.database,
      region: cluster.region,
    });
    const resources = [
      new k8s.core.v1.ConfigMap(
        `${this.name}-config`,
        { metadata: this.meta(agentNames.config), data: settings },
        this.options(),
      ),
      new k8s.core.v1.ConfigMap(
        `${this.name}-files`,
        { metadata: this.meta(agentNames.files), data: config.agent.files },
        this.options(),
      ),
      new k8s.core.v1.Secret(
        `${this.name}-secrets`,
        {
          metadata: this.meta(agentNames.secret),
          type: "Opaque",
          stringData: secretSettings(config.agent, credentials),
        },
        this.options(),
      ),
    ];
    return { resources, digest: settingsDigest(settings, config.agent.files) };
  }

  private createNetworkPolicies(): void {
    const { config, cluster, stores } = this.args;
    const telemetry = new URL(config.observability.otlpEndpoint);
    const spec = networkPolicySpec({
      stores: Object.values(stores),
      ingressNamespace: config.addons.ingress.namespace,
      observabilityNamespace: config.observability.namespace,
      meshNamespace: config.addons.istio.namespace,
      telemetryPort: Number(telemetry.port || (telemetry.protocol === "https:" ? 443 : 80)),
      outboundHttps: config.traffic.outboundHttps,
      podCidrs: cluster.podCidrs,
    });
    const create = (role: string, name: string, policy: typeof spec | typeof denyAllSpec) =>
      new k8s.networking.v1.NetworkPolicy(
        `${this.name}-${role}`,
        { metadata: this.meta(name), spec: policy },
        this.options(),
      );
    create("network-policy", config.agent.name, spec);
    create("deny-all", "deny-all", denyAllSpec);
  }

  private planDelivery(configDigest: string): DeliveryPlan {
    const { config, stores } = this.args;
    const waitFor = [stores.redis, stores.postgres];
    return deliveryPlan({
      agent: config.agent,
      delivery: config.delivery,
      pod: (labels, image) =>
        podTemplate({ agent: config.agent, environment: config.environment, waitFor, labels, configDigest, image }),
    });
  }

  private createService(): k8s.core.v1.Service {
    return new k8s.core.v1.Service(
      `${this.name}-service`,
      { metadata: this.meta(this.args.config.agent.name), spec: serviceSpec({ ...agentLabels }) },
      this.options(),
    );
  }

  private createAutoscaler(workloads: readonly pulumi.Resource[]): void {
    const { autoscaling, name } = this.args.config.agent;
    new k8s.autoscaling.v2.HorizontalPodAutoscaler(
      `${this.name}-autoscaler`,
      { metadata: this.meta(name), spec: autoscalerSpec(autoscaling, this.plan.scaleTarget) },
      { ...this.options(), dependsOn: [...workloads] },
    );
  }

  private createDisruptionBudgets(): void {
    const { disruption, name } = this.args.config.agent;
    for (const budget of this.plan.budgets) {
      const role = budget.name === name ? "disruption-budget" : `${budget.name}-disruption-budget`;
      const spec = { maxUnavailable: disruption.maxUnavailable, selector: { matchLabels: { ...budget.selector } } };
      new k8s.policy.v1.PodDisruptionBudget(
        `${this.name}-${role}`,
        { metadata: this.meta(budget.name), spec },
        this.options(),
      );
    }
  }
}
