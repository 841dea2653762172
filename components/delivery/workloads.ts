import { seconds } from "../../config/schema/primitives.js";
import type { DeliveryConfig, StageConfig } from "../../config/schema/delivery.js";
import type { PodTemplate } from "../agent/pod-template.js";
import type { SpecOf } from "../custom-resource-models.js";
import { deliveryNames } from "./names.js";

interface WorkloadArgs {
  readonly selector: Readonly<Record<string, string>>;
  readonly template: PodTemplate;
  /** Where an autoscaler owns the number, the first one: a new workload that started with one pod could not take over. */
  readonly replicas: number;
}

/** New pods are ready before old ones leave. */
const surge = { maxSurge: 1, maxUnavailable: 0 };

export function deploymentSpec({ selector, template, replicas }: WorkloadArgs) {
  return {
    replicas,
    selector: { matchLabels: selector },
    minReadySeconds: 5,
    revisionHistoryLimit: 5,
    progressDeadlineSeconds: 600,
    strategy: { type: "RollingUpdate", rollingUpdate: surge },
    template,
  };
}

function rolloutBase({ selector, template, replicas }: WorkloadArgs, { progressive }: DeliveryConfig) {
  return {
    replicas,
    selector: { matchLabels: selector },
    template,
    minReadySeconds: 5,
    revisionHistoryLimit: 5,
    progressDeadlineSeconds: seconds(progressive.progressDeadline),
    // Without it, pods that never become ready are reported but not rolled back.
    progressDeadlineAbort: true,
    rollbackWindow: { revisions: progressive.rollbackRevisions },
  };
}

/** A stage: take the weight, hold it, pass the gate. The last stage, without a hold, is the promotion itself. */
function stageSteps({ weight, hold }: StageConfig) {
  if (hold === undefined) return [{ setWeight: weight }];
  return [
    { setWeight: weight },
    { pause: { duration: hold } },
    { analysis: { templates: [{ templateName: deliveryNames.gate }] } },
  ];
}

/** R7: stages with a background watch for fast rollback and a gate at the end of each stage. */
export function progressiveSpec(args: WorkloadArgs, config: DeliveryConfig) {
  return {
    ...rolloutBase(args, config),
    strategy: {
      canary: {
        ...surge,
        stableService: deliveryNames.stable,
        canaryService: deliveryNames.canary,
        stableMetadata: { labels: { version: "stable" } },
        canaryMetadata: { labels: { version: "canary" } },
        trafficRouting: {
          istio: { virtualService: { name: deliveryNames.weights, routes: [deliveryNames.route] } },
        },
        analysis: { templates: [{ templateName: deliveryNames.watch }], startingStep: 1 },
        steps: config.progressive.stages.flatMap(stageSteps),
      },
    },
  } satisfies SpecOf<"argoproj.io/v1alpha1/Rollout">;
}

/** R6: a preview version that is analysed before the switch, and an old one that stays for an instant switch back. */
export function blueGreenSpec(args: WorkloadArgs, config: DeliveryConfig) {
  const analysis = { templates: [{ templateName: deliveryNames.canaryAnalysis }] };
  return {
    ...rolloutBase(args, config),
    strategy: {
      blueGreen: {
        activeService: deliveryNames.active,
        previewService: deliveryNames.preview,
        activeMetadata: { labels: { version: "stable" } },
        previewMetadata: { labels: { version: "canary" } },
        previewReplicaCount: config.blueGreen.previewReplicas,
        autoPromotionEnabled: true,
        prePromotionAnalysis: analysis,
        scaleDownDelaySeconds: seconds(config.blueGreen.keepOld),
      },
    },
  } satisfies SpecOf<"argoproj.io/v1alpha1/Rollout">;
}
