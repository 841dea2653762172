import assert from "node:assert/strict";
import { promotePatches } from "../../../operations/rollout/commands.js";
import { judge } from "../../../operations/rollout/judge.js";
import type { DeploymentObject, RolloutObject } from "../../../operations/rollout/objects.js";
import { remainingSeconds, seconds, stageOf } from "../../../operations/rollout/stages.js";
import { deployment, observed, rollout, steps, templates } from "./rollout-objects.js";

describe("rollout: stages", () => {
  it("reads durations as the controller does", () => {
    assert.deepEqual([seconds("10m"), seconds("90"), seconds(30), seconds("1h")], [600, 90, 30, 3600]);
  });

  it("sums the holds and the gates that are left, less what has passed of the present one", () => {
    assert.equal(remainingSeconds(steps, templates), 600 + 60 + 900 + 60);
    assert.equal(remainingSeconds(steps.slice(1), templates, 240), 360 + 60 + 900 + 60);
    assert.equal(remainingSeconds([{ pause: {} }], templates), undefined);
  });

  it("names the stage by the latest weight, or by the annotation", () => {
    assert.equal(stageOf(rollout({ currentStepIndex: 0 })), "canary-5 (1 of 3)");
    assert.equal(stageOf(rollout({ currentStepIndex: 5 })), "canary-25 (2 of 3)");
    assert.equal(stageOf(rollout({ currentStepIndex: 7 })), "full");
    const named = rollout({ currentStepIndex: 4 });
    const annotations = { "agent-platform.io/stages": "first,second,all" };
    assert.equal(stageOf({ ...named, metadata: { ...named.metadata, annotations } }), "second (2 of 3)");
  });
});

describe("rollout: status", () => {
  it("tells stage, weights, metrics and time left of a progressive delivery", () => {
    const status = judge(
      observed({
        rollout: rollout({
          phase: "Paused",
          message: "CanaryPauseStep",
          currentStepIndex: 1,
          pauseConditions: [{ reason: "CanaryPauseStep", startTime: "2026-01-01T00:00:00Z" }],
          canary: { weights: { canary: { weight: 5 }, stable: { weight: 95 } } },
        }),
        analysisRuns: [
          {
            metadata: { name: "run", ownerReferences: [{ name: "agent-memory-service" }] },
            status: {
              metricResults: [
                {
                  name: "error-rate",
                  phase: "Running",
                  measurements: [
                    { value: "[0.001]", finishedAt: "1" },
                    { value: "[0.002]", finishedAt: "2" },
                  ],
                },
              ],
            },
          },
          {
            metadata: { name: "other", ownerReferences: [{ name: "another" }] },
            status: { metricResults: [{ name: "x", measurements: [{ value: "1" }] }] },
          },
        ],
      }),
    );
    assert.deepEqual(status, {
      region: "us-east-1",
      strategy: "progressive",
      name: "agent-memory-service",
      phase: "Paused",
      message: "CanaryPauseStep",
      image: "registry.example/agent:2.0.0",
      current: true,
      parked: undefined,
      stage: "canary-5 (1 of 3)",
      weights: { stable: 95, canary: 5 },
      metrics: [{ name: "error-rate", value: "[0.002]", phase: "Running" }],
      secondsLeft: 360 + 60 + 900 + 60,
    });
  });

  it("is not current while the controller has seen an older generation, whatever the phase", () => {
    assert.equal(judge(observed({ rollout: rollout({ observedGeneration: "6", phase: "Healthy" }) }))?.current, false);
  });

  it("is parked by an inconclusive analysis, by a person and by a pause without end", () => {
    const paused = [{ reason: "InconclusiveAnalysisRun", startTime: "2026-01-01T00:00:00Z" }];
    const step = [{ reason: "CanaryPauseStep", startTime: "2026-01-01T00:00:00Z" }];
    const parked = (object: RolloutObject): unknown => judge(observed({ rollout: object }))?.parked;
    assert.equal(parked(rollout({ phase: "Paused", pauseConditions: paused })), "inconclusive");
    assert.equal(parked(rollout({ phase: "Paused" }, { paused: true })), "approval");
    const endless = { strategy: { canary: { steps: [{ pause: {} }] } } };
    assert.equal(parked(rollout({ phase: "Paused", currentStepIndex: 0, pauseConditions: step }, endless)), "approval");
    const manual = { strategy: { blueGreen: { autoPromotionEnabled: false } } };
    assert.equal(parked(rollout({ phase: "Paused", pauseConditions: step }, manual)), "approval");
    assert.equal(parked(rollout({ phase: "Paused", currentStepIndex: 1, pauseConditions: step })), undefined);
  });

  it("tells a rolling delivery by its Deployment, and fails it at the progress deadline", () => {
    const of = (object: DeploymentObject): unknown => judge(observed({ deployment: object }))?.phase;
    assert.equal(of(deployment({})), "Healthy");
    assert.equal(of(deployment({ updatedReplicas: 1 })), "Progressing");
    assert.equal(of(deployment({}, 3)), "Progressing");
    const stuck = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" };
    assert.equal(of(deployment({ conditions: [stuck] })), "Degraded");
  });

  it("tells a canary delivery by both Deployments and the split", () => {
    const route = [
      { destination: { host: "agent-memory-stable.ns.svc.cluster.local" }, weight: 95 },
      { destination: { host: "agent-memory-canary.ns.svc.cluster.local" }, weight: 5 },
    ];
    const status = judge(
      observed({
        deployment: deployment({}),
        canary: deployment({ updatedReplicas: 0 }),
        virtualServices: [{ metadata: { name: "weights" }, spec: { http: [{ route }] } }],
      }),
    );
    assert.deepEqual(
      [status?.strategy, status?.phase, status?.weights],
      ["canary", "Progressing", { stable: 95, canary: 5 }],
    );
  });
});

describe("rollout: promotion", () => {
  it("passes over an inconclusive gate and not only over its pause", () => {
    const object = rollout({
      currentStepIndex: 2,
      controllerPause: true,
      pauseConditions: [{ reason: "InconclusiveAnalysisRun", startTime: "" }],
      canary: { currentStepAnalysisRunStatus: { status: "Inconclusive" } },
    });
    assert.deepEqual(promotePatches(object, false), {
      status: { status: { pauseConditions: null, controllerPause: false, currentStepIndex: 3 } },
    });
  });

  it("ends a pause, goes on where a person paused, and skips all with full", () => {
    const pause = [{ reason: "CanaryPauseStep", startTime: "" }];
    assert.deepEqual(promotePatches(rollout({ pauseConditions: pause }), false), {
      status: { status: { pauseConditions: null } },
    });
    assert.deepEqual(promotePatches(rollout({}, { paused: true }), false), { spec: { spec: { paused: false } } });
    assert.deepEqual(promotePatches(rollout({}), true), { status: { status: { promoteFull: true } } });
    assert.deepEqual(promotePatches(rollout({ currentPodHash: "a" }), true), {});
  });

  it("passes over an inconclusive gate also where a person has paused the rollout", () => {
    const pauseConditions = [{ reason: "InconclusiveAnalysisRun", startTime: "" }];
    const [canary, blueGreen] = [rollout({ pauseConditions }), rollout({ pauseConditions })].map((object) => ({
      ...object,
      spec: { ...object.spec, paused: true },
    }));
    const unpaused = { spec: { spec: { paused: false } } };
    const gated = { ...canary!.status, canary: { currentStepAnalysisRunStatus: { status: "Inconclusive" } } };
    assert.deepEqual(promotePatches({ ...canary!, status: { ...gated, currentStepIndex: 2 } }, false), {
      ...unpaused,
      status: { status: { pauseConditions: null, controllerPause: false, currentStepIndex: 3 } },
    });
    assert.deepEqual(
      promotePatches({ ...blueGreen!, spec: { ...blueGreen!.spec, strategy: { blueGreen: {} } } }, false),
      {
        ...unpaused,
        status: { status: { pauseConditions: null } },
      },
    );
  });

  it("refuses what was aborted", () => {
    assert.throws(
      () => promotePatches(rollout({ abort: true, message: "metric failed" }), true),
      /was aborted \(metric failed\)/,
    );
  });
});
