import { strict as assert } from "node:assert";
import { serviceSpec, type DeliveryPlan } from "../../../components/delivery/plan.js";
import { agent, delivery, planOf } from "./plan-of.js";

interface Spec {
  replicas?: number;
  selector: { matchLabels: Record<string, string> };
  template: { metadata: { labels: Record<string, string> }; spec: { containers: { image: string }[] } };
  progressDeadlineSeconds: number;
  progressDeadlineAbort?: boolean;
  rollbackWindow?: { revisions: number };
  strategy: Record<string, Record<string, unknown>> & { type?: string };
}

const specOf = (plan: DeliveryPlan, index = 0): Spec => plan.workloads[index]!.spec as Spec;

describe("rolling delivery", () => {
  const plan = planOf({ strategy: "rolling" });

  it("is one Deployment that surges by one and is never short of one", () => {
    assert.deepEqual(
      plan.workloads.map(({ kind, name }) => [kind, name]),
      [["Deployment", "agent-memory-service"]],
    );
    assert.deepEqual(specOf(plan).strategy, {
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    });
  });

  it("starts with R2's replicas, whose number is the autoscaler's from then on", () => {
    assert.equal(specOf(plan).replicas, 3);
    assert.equal(plan.workloads[0]!.replicasAreManaged, true);
    assert.deepEqual(plan.scaleTarget, { apiVersion: "apps/v1", kind: "Deployment", name: "agent-memory-service" });
  });
});

describe("canary delivery (R6)", () => {
  const plan = planOf({ strategy: "canary", canary: { ...delivery.canary, image: "ghcr.io/example/agent:2.0.0" } });

  it("runs stable and one canary side by side, with selectors that do not overlap", () => {
    assert.deepEqual(
      plan.workloads.map(({ kind, name }) => [kind, name]),
      [
        ["Deployment", "agent-memory-service"],
        ["Deployment", "agent-memory-canary"],
      ],
    );
    assert.equal(specOf(plan, 0).selector.matchLabels.version, "stable");
    assert.equal(specOf(plan, 1).selector.matchLabels.version, "canary");
    assert.equal(specOf(plan, 1).replicas, 1);
    assert.equal(specOf(plan, 1).template.spec.containers[0]!.image, "ghcr.io/example/agent:2.0.0");
    assert.equal(specOf(plan, 0).template.spec.containers[0]!.image, agent.image);
  });

  it("has a disruption budget for each that has more than one pod, and none over both", () => {
    const budgetsOf = (replicas: number) =>
      planOf({ strategy: "canary", canary: { ...delivery.canary, replicas } }).budgets.map(({ name, selector }) => [
        name,
        selector.version,
      ]);
    assert.deepEqual(budgetsOf(1), [["agent-memory-service", "stable"]]);
    assert.deepEqual(budgetsOf(2), [
      ["agent-memory-service", "stable"],
      ["agent-memory-canary", "canary"],
    ]);
  });

  it("splits 95/5 between a service for each", () => {
    assert.deepEqual(
      plan.services.map(({ name, selector }) => [name, selector.version]),
      [
        ["agent-memory-split-stable", "stable"],
        ["agent-memory-split-canary", "canary"],
      ],
    );
    assert.deepEqual(plan.routes, {
      stable: "agent-memory-split-stable",
      canary: "agent-memory-split-canary",
      canaryWeight: 5,
      weightsAreManaged: false,
    });
  });

  it("has the analysis of R6", () => {
    assert.deepEqual(plan.analyses["agent-canary-analysis"], {
      metrics: [
        {
          name: "success-rate",
          interval: "1m",
          initialDelay: "1m",
          count: 5,
          consecutiveSuccessLimit: 5,
          failureLimit: 0,
          inconclusiveLimit: 5,
          successCondition: "len(result) > 0 && !isNaN(result[0]) && result[0] >= 0.95",
          failureCondition: "len(result) > 0 && !isNaN(result[0]) && result[0] < 0.95",
          provider: {
            prometheus: {
              address: "http://prometheus:9090",
              query:
                '(sum(rate(agent_requests_total{version="canary",status="success"}[5m])) or (0 * sum(rate(agent_requests_total{version="canary"}[5m])))) / sum(rate(agent_requests_total{version="canary"}[5m]))',
            },
          },
        },
        {
          name: "p99-latency",
          interval: "1m",
          initialDelay: "1m",
          count: 5,
          consecutiveSuccessLimit: 5,
          failureLimit: 0,
          inconclusiveLimit: 5,
          successCondition: "len(result) > 0 && !isNaN(result[0]) && result[0] <= 2000",
          failureCondition: "len(result) > 0 && !isNaN(result[0]) && result[0] > 2000",
          provider: {
            prometheus: {
              address: "http://prometheus:9090",
              query:
                'histogram_quantile(0.99, sum by (le) (rate(agent_request_duration_seconds_bucket{version="canary"}[5m]))) * 1000',
            },
          },
        },
      ],
    });
  });
});

describe("progressive delivery (R7)", () => {
  const plan = planOf({ strategy: "progressive" });
  const spec = specOf(plan);
  const gate = { analysis: { templates: [{ templateName: "agent-rollout-gate" }] } };

  it("takes 5 % for 10 min, 25 % for 15, 50 % for 20, then all, with a gate at the end of each stage", () => {
    assert.deepEqual(spec.strategy.canary!.steps, [
      { setWeight: 5 },
      { pause: { duration: "10m" } },
      gate,
      { setWeight: 25 },
      { pause: { duration: "15m" } },
      gate,
      { setWeight: 50 },
      { pause: { duration: "20m" } },
      gate,
      { setWeight: 100 },
    ]);
  });

  it("watches beside the stages every 30 s: error rate ≤ 0.01 and p99 ≤ 2000 ms", () => {
    assert.deepEqual(spec.strategy.canary!.analysis, {
      templates: [{ templateName: "agent-rollout-watch" }],
      startingStep: 1,
    });
    const metrics = plan.analyses["agent-rollout-watch"]!.metrics as {
      interval: string;
      failureCondition: string;
      count?: number;
    }[];
    assert.deepEqual(
      metrics.map(({ interval, failureCondition }) => [interval, failureCondition.split("&& ")[2]]),
      [
        ["30s", "result[0] > 0.01"],
        ["30s", "result[0] > 2000"],
      ],
    );
    assert.ok(metrics.every((metric) => !("count" in metric)));
  });

  it("gates with successes in a row and a count, so that it ends, and takes no data for no answer", () => {
    const metrics = plan.analyses["agent-rollout-gate"]!.metrics as {
      count: number;
      consecutiveSuccessLimit: number;
      inconclusiveLimit: number;
      successCondition: string;
      provider: { prometheus: { query: string } };
    }[];
    for (const { count, consecutiveSuccessLimit, inconclusiveLimit } of metrics) {
      assert.deepEqual([consecutiveSuccessLimit, count, inconclusiveLimit], [3, 30, 30]);
    }
    assert.ok(
      metrics.every(({ successCondition }) => successCondition.startsWith("len(result) > 0 && !isNaN(result[0]) && ")),
    );
    assert.match(metrics[0]!.provider.prometheus.query, /or vector\(0\)\) \/ sum.* and \(sum.* >= 0\.1\)$/);
  });

  it("rolls back pods that never become ready, and goes back without stages", () => {
    assert.equal(spec.progressDeadlineSeconds, 600);
    assert.equal(spec.progressDeadlineAbort, true);
    assert.deepEqual(spec.rollbackWindow, { revisions: 3 });
  });

  it("lets the controller write weights, selectors and replicas", () => {
    assert.deepEqual(spec.strategy.canary!.trafficRouting, {
      istio: { virtualService: { name: "agent-memory-weights", routes: ["primary"] } },
    });
    assert.equal(plan.routes.weightsAreManaged, true);
    assert.ok(plan.services.every(({ selectorIsManaged }) => selectorIsManaged));
    assert.equal(plan.workloads[0]!.replicasAreManaged, true);
    assert.deepEqual(plan.scaleTarget, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      name: "agent-memory-service",
    });
  });
});

describe("blue-green delivery (R6)", () => {
  const plan = planOf({ strategy: "blueGreen" });

  it("analyses the preview before the switch and keeps the old version for a switch back", () => {
    assert.deepEqual(specOf(plan).strategy.blueGreen, {
      activeService: "agent-memory-active",
      previewService: "agent-memory-preview",
      activeMetadata: { labels: { version: "stable" } },
      previewMetadata: { labels: { version: "canary" } },
      previewReplicaCount: 3,
      autoPromotionEnabled: true,
      prePromotionAnalysis: { templates: [{ templateName: "agent-canary-analysis" }] },
      scaleDownDelaySeconds: 600,
    });
  });

  it("routes everything to the active service, and the preview host to the preview", () => {
    assert.deepEqual(plan.routes, {
      stable: "agent-memory-active",
      canaryWeight: 0,
      preview: "agent-memory-preview",
      weightsAreManaged: false,
    });
  });
});

describe("service (R3)", () => {
  it("is a ClusterIP of http 80 to 8080 and grpc 9090", () => {
    assert.deepEqual(serviceSpec({ app: "agent-memory" }), {
      type: "ClusterIP",
      selector: { app: "agent-memory" },
      ports: [
        { name: "http", port: 80, targetPort: "http", protocol: "TCP" },
        { name: "grpc", port: 9090, targetPort: "grpc", protocol: "TCP" },
      ],
    });
  });
});
