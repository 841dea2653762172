import { progressiveDelivery } from "../../../../policy/checks/reliability/progressive-delivery.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object, podSpec, service, without } from "../../support/objects.js";

const gate = { analysis: { templates: [{ templateName: "gate" }] } };
const rollout = (strategy: object) =>
  object(
    "Rollout",
    {
      progressDeadlineAbort: true,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: podSpec() },
      strategy,
    },
    { apiVersion: "argoproj.io/v1alpha1" },
  );
const canary = () =>
  rollout({ canary: { steps: [{ setWeight: 5 }, { pause: { duration: "10m" } }, gate, { setWeight: 50 }, gate] } });
const blueGreen = () =>
  rollout({
    blueGreen: {
      activeService: "web",
      previewService: "next",
      prePromotionAnalysis: { templates: [{ templateName: "gate" }] },
    },
  });
const named = (kind: string, name: string) =>
  object(kind, {}, { apiVersion: kind === "Service" ? "v1" : "x.io/v1", metadata: { name, namespace: "agents" } });
const CANARY = "spec.strategy.canary";
const ROUTED = {
  canaryService: "canary",
  stableService: "stable",
  trafficRouting: { istio: { virtualService: { name: "web" } } },
};
const routed = rollout({ canary: { ...ROUTED, steps: [{ setWeight: 5 }, gate] } });
const both = [named("Service", "canary"), named("Service", "stable")];

describeCheck(progressiveDelivery, {
  pass: {
    "small steps, each measured": [canary()],
    "services, route and templates that are there": [
      routed,
      ...both,
      named("VirtualService", "web"),
      named("AnalysisTemplate", "gate"),
    ],
    "blue-green with an analysis": [blueGreen(), service(), named("Service", "next")],
  },
  violation: {
    "its first step is 50 %": [having(canary(), `${CANARY}.steps.0.setWeight`, 50)],
    "has no step that sets a weight": [having(canary(), `${CANARY}.steps`, [gate])],
    "from 5 % to 50 % without": [having(canary(), `${CANARY}.steps`, [{ setWeight: 5 }, { setWeight: 50 }, gate])],
    "ends at 50 % without": [having(canary(), `${CANARY}.steps`, [{ setWeight: 5 }, gate, { setWeight: 50 }])],
    "50 % without a pause": [
      having(canary(), `${CANARY}.steps`, [{ setWeight: 5 }, { pause: { duration: "0s" } }, { setWeight: 50 }, gate]),
    ],
    "nothing measures the canary": [having(canary(), `${CANARY}.steps`, [{ setWeight: 5 }, { pause: {} }])],
    "only a background analysis": [
      having(
        having(canary(), `${CANARY}.steps`, [{ setWeight: 5 }, { pause: {} }]),
        `${CANARY}.analysis`,
        gate.analysis,
      ),
    ],
    "progressDeadlineAbort is off": [without(canary(), "spec.progressDeadlineAbort")],
    "names no canaryService": [without(routed, `${CANARY}.canaryService`), ...both],
    "its stableService stable does not exist": [routed, named("Service", "canary")],
    "its VirtualService web does not exist": [routed, ...both, named("VirtualService", "other")],
    "its AnalysisTemplate gate does not exist": [canary(), named("AnalysisTemplate", "other")],
    "before promotion": [without(blueGreen(), "spec.strategy.blueGreen.prePromotionAnalysis")],
    "active and preview are one Service": [having(blueGreen(), "spec.strategy.blueGreen.previewService", "web")],
  },
  wrongKind: [deployment(), rollout({})],
  unknown: [having(canary(), `${CANARY}.steps.0.setWeight`, UNKNOWN)],
});
