/**
 * Names of what a delivery strategy adds to the service; operators and `rollout` know them. What the rollout controller
 * writes and what Pulumi writes never share a name: a change of strategy then adds the new objects, moves the one route
 * that leads to them, and removes the old, and no field ever has to change its owner.
 */
export const deliveryNames = {
  /** Plain canary (R6): the Deployment beside the stable one, and the services in front of the two. */
  canaryDeployment: "agent-memory-canary",
  splitStable: "agent-memory-split-stable",
  splitCanary: "agent-memory-split-canary",
  /** The VirtualService whose weights Pulumi writes. */
  split: "agent-memory-split",
  /** Progressive: services in front of the two versions; the rollout controller writes their selectors. */
  stable: "agent-memory-stable",
  canary: "agent-memory-canary",
  /** The VirtualService whose weights the rollout controller writes. */
  weights: "agent-memory-weights",
  /** Blue-green: what users reach, and what is about to become it. */
  active: "agent-memory-active",
  preview: "agent-memory-preview",
  /** The one route of either VirtualService. */
  route: "primary",
  /** AnalysisTemplates: R6's, the background watch of R7, and the gate at the end of each stage. */
  canaryAnalysis: "agent-canary-analysis",
  watch: "agent-rollout-watch",
  gate: "agent-rollout-gate",
} as const;

/** Annotations by which a workload tells `rollout` what only the configuration knows. */
export const deliveryAnnotations = {
  /** Names of the stages in order, separated by commas. */
  stages: "agent-platform.io/stages",
  /** How long `rollout wait` waits for a delivery without stages (R5): `600s`. */
  timeout: "agent-platform.io/rollout-timeout",
} as const;
