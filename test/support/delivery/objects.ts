import { autoscalerSpec } from "../../../components/agent/autoscaler.js";
import { agentNames } from "../../../components/agent/names.js";
import { podTemplate } from "../../../components/agent/pod-template.js";
import { agentLabels, type StoreEndpoint } from "../../../components/contracts.js";
import { deliveryPlan, serviceSpec } from "../../../components/delivery/plan.js";
import { rootRoutes, weightRoutes, weightsName } from "../../../components/traffic/routes.js";
import { agentSchema, trafficSchema, type AgentConfig } from "../../../config/schema/agent.js";
import { deliverySchema, type DeliveryConfig } from "../../../config/schema/delivery.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";

/** Every object of one delivery, as the components build it. */
export interface DeliveryObjects {
  readonly identity: KubeObject;
  readonly services: readonly KubeObject[];
  readonly analyses: readonly KubeObject[];
  readonly workloads: readonly KubeObject[];
  readonly weights: KubeObject;
  readonly routes: KubeObject;
  readonly autoscaler: KubeObject;
}

export interface Timing {
  readonly hold: string;
  /** How long all traffic is on the canary before it becomes the stable version; production does not hold there. */
  readonly lastHold: string | undefined;
  /** Time for new pods to become ready. */
  readonly progressDeadline: string;
}

export const TEST_SIZED: Timing = { hold: "3s", lastHold: undefined, progressDeadline: "10m" };

/** What a test changes of the test-sized delivery. */
export interface Tuning extends Partial<Timing> {
  /** The configuration's own metrics. */
  readonly metrics?: DeliveryConfig["metrics"];
  /** Of the analysis before a promotion; default 3 measurements, one a second, each over two seconds. */
  readonly analysis?: Partial<Pick<DeliveryConfig["canary"], "interval" | "count" | "window">>;
}

/** R7's delivery in seconds: the same stages and logic, holds and intervals divided by about 300. */
export function testSized(
  strategy: DeliveryConfig["strategy"],
  prometheusUrl: string,
  { metrics = [], analysis, ...changes }: Tuning = {},
): DeliveryConfig {
  const timing = { ...TEST_SIZED, ...changes };
  return deliverySchema.parse({
    strategy,
    prometheusUrl,
    metrics,
    canary: { interval: "1s", count: 3, window: "2s", ...analysis },
    progressive: {
      stages: [
        { name: "canary-5", weight: 5, hold: timing.hold },
        { name: "canary-25", weight: 25, hold: timing.hold },
        { name: "canary-50", weight: 50, hold: timing.hold },
        { name: "full", weight: 100, hold: timing.lastHold },
      ],
      interval: "1s",
      window: "2s",
      gateCount: 2,
      progressDeadline: timing.progressDeadline,
    },
    blueGreen: { keepOld: "20s" },
  });
}

const store = (name: StoreEndpoint["store"], port: number): StoreEndpoint => ({
  store: name,
  host: `${name}-service`,
  port,
});

/** The pods are simulated: ready at once is as good as ready after five seconds. */
function inSeconds(spec: object): object {
  return { ...spec, minReadySeconds: 0 };
}

export function deliveryObjects(
  namespace: string,
  delivery: DeliveryConfig,
  change: Partial<AgentConfig>,
): DeliveryObjects {
  const agent = { ...agentSchema.parse({}), namespace, ...change };
  const plan = deliveryPlan({
    agent,
    delivery,
    pod: (labels, image) =>
      podTemplate({
        agent,
        environment: "production",
        waitFor: [store("redis", 6379), store("postgres", 5432)],
        labels,
        configDigest: "0",
        image,
      }),
  });
  const routes = { traffic: trafficSchema.parse({}), routes: plan.routes, service: agent.name, namespace };
  const object = (apiVersion: string, kind: string, name: string): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace, labels: { ...agentLabels } },
  });
  const mesh = (name: string, spec: object): KubeObject => ({
    ...object("networking.istio.io/v1", "VirtualService", name),
    spec,
  });
  return {
    identity: {
      ...object("v1", "ServiceAccount", agentNames.serviceAccount),
      automountServiceAccountToken: false,
    },
    services: [{ name: agent.name, selector: { ...agentLabels } }, ...plan.services].map(({ name, selector }) => ({
      ...object("v1", "Service", name),
      spec: serviceSpec(selector),
    })),
    analyses: Object.entries(plan.analyses).map(([name, spec]) => ({
      ...object("argoproj.io/v1alpha1", "AnalysisTemplate", name),
      spec,
    })),
    workloads: plan.workloads.map(({ kind, name, spec }) => ({
      ...object(kind === "Rollout" ? "argoproj.io/v1alpha1" : "apps/v1", kind, name),
      spec: inSeconds(spec),
    })),
    weights: mesh(weightsName(plan.routes), weightRoutes(routes)),
    routes: mesh(agent.name, rootRoutes(routes)),
    autoscaler: {
      ...object("autoscaling/v2", "HorizontalPodAutoscaler", agent.name),
      spec: autoscalerSpec(agent.autoscaling, plan.scaleTarget),
    },
  };
}
