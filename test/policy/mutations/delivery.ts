import { mutantsOf } from "../support/mutants.js";

const ROLLOUT = "Rollout/agent-memory-service";
const CANARY = "spec.strategy.canary";
const ROUTES = "VirtualService/agent-memory-service";
const GATE = "AnalysisTemplate/agent-rollout-gate";
const WATCH = "AnalysisTemplate/agent-rollout-watch";
const JUDGE = "AnalysisTemplate/agent-canary-analysis";

/** R6: canary side by side. */
export const canary = mutantsOf("R6", [
  ["canary's Service deleted", "Service/agent-memory-canary", "delete"],
  ["canary's Service selects nothing", "Service/agent-memory-canary", `spec.selector.app := "agent"`],
  ["stable Service deleted", "Service/agent-memory-stable", "delete"],
  ["Rollout names no canary Service", ROLLOUT, `- ${CANARY}.canaryService`],
  ["pods of both versions look alike", ROLLOUT, `- ${CANARY}.canaryMetadata`],
  ["stable pods without version", ROLLOUT, `- ${CANARY}.stableMetadata.labels.version`],
  ["routes deleted", ROUTES, "delete"],
  ["public host not routed", ROUTES, "- spec.hosts[0]"],
  ["header x-canary forgotten", ROUTES, "- spec.http[canary].match[0]"],
  ["canary's route goes nowhere", ROUTES, `spec.http[canary].route[0].destination.host := "agent-canary"`],
  ["no delegate for the rest", ROUTES, "- spec.http[default].delegate"],
  ["delegate that is not there", ROUTES, `spec.http[default].delegate.name := "weights"`],
  ["time-out of 15 s", ROUTES, `spec.http[default].timeout := "15s"`],
  ["weights deleted", "VirtualService/agent-memory-weights", "delete"],
  [
    "weights to a Service that is not there",
    "VirtualService/agent-memory-weights",
    `spec.http[primary].route[0].destination.host := "agent-stable.agent-memory.svc.cluster.local"`,
  ],
  ["canary analysis deleted", JUDGE, "delete"],
  ["success rate not measured", JUDGE, "- spec.metrics[success-rate]"],
  [
    "half the requests may fail",
    JUDGE,
    `spec.metrics[success-rate].successCondition := "len(result) > 0 && !isNaN(result[0]) && result[0] >= 0.5"`,
  ],
  ["no data is success", JUDGE, `spec.metrics[success-rate].successCondition := "result[0] >= 0.95"`],
  ["p99 not measured", JUDGE, "- spec.metrics[p99-latency]"],
  ["asks another Prometheus", GATE, `spec.metrics[error-rate].provider.prometheus.address := "http://metrics:9090"`],
]);

/** R7: stage by stage. */
export const stages = mutantsOf("R7", [
  ["no strategy", ROLLOUT, "- spec.strategy"],
  ["no steps", ROLLOUT, `- ${CANARY}.steps`],
  ["half of the users first", ROLLOUT, `${CANARY}.steps[0].setWeight := 50`],
  ["stage of 5 % without its pause", ROLLOUT, `${CANARY}.steps[1].pause.duration := "0s"`],
  ["stage of 5 % for a minute", ROLLOUT, `${CANARY}.steps[1].pause.duration := "1m"`],
  ["no gate after 5 %", ROLLOUT, `- ${CANARY}.steps[2]`],
  ["25 % becomes 40 %", ROLLOUT, `${CANARY}.steps[3].setWeight := 40`],
  ["stage of 25 % for a minute", ROLLOUT, `${CANARY}.steps[4].pause.duration := "1m"`],
  ["50 % becomes 90 %", ROLLOUT, `${CANARY}.steps[6].setWeight := 90`],
  ["stage of 50 % for a minute", ROLLOUT, `${CANARY}.steps[7].pause.duration := "1m"`],
  ["nobody watches between gates", ROLLOUT, `- ${CANARY}.analysis`],
  ["gate deleted", GATE, "delete"],
  ["watch deleted", WATCH, "delete"],
  [
    "5 % of errors are fine",
    WATCH,
    `spec.metrics[error-rate].successCondition := "len(result) > 0 && !isNaN(result[0]) && result[0] <= 0.05"`,
  ],
  ["nothing is a failure", WATCH, "- spec.metrics[error-rate].failureCondition"],
  ["everything is success", GATE, "- spec.metrics[p99-latency].successCondition"],
  ["ten failures are forgiven", WATCH, "spec.metrics[error-rate].failureLimit := 10"],
  ["measured every ten minutes", WATCH, `spec.metrics[error-rate].interval := "10m"`],
  ["latency not measured", WATCH, "- spec.metrics[p99-latency]"],
  ["all pods at once", ROLLOUT, `${CANARY}.maxUnavailable := "100%"`],
  ["no pod can move", ROLLOUT, `${CANARY}.maxSurge := 0`],
  ["waits for ever on pods that never start", ROLLOUT, "spec.progressDeadlineAbort := false"],
  ["nobody is told of a breach", "PrometheusRule/agent-platform", "delete"],
  ["old ReplicaSets kept", ROLLOUT, "- spec.revisionHistoryLimit", "Argo's default is 10: more history, not less"],
]);
