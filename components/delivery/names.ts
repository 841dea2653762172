/** Names of what a delivery strategy adds to the service; operators and `rollout` know them. */
export const deliveryNames = {
  /** Services in front of the two versions while they run side by side. */
  stable: "agent-memory-stable",
  canary: "agent-memory-canary",
  /** Blue-green: what users reach, and what is about to become it. */
  active: "agent-memory-active",
  preview: "agent-memory-preview",
  /** The VirtualService whose weights the rollout controller writes, and its one route. */
  weights: "agent-memory-weights",
  route: "primary",
  /** AnalysisTemplates: R6's, the background watch of R7, and the gate at the end of each stage. */
  canaryAnalysis: "agent-canary-analysis",
  watch: "agent-rollout-watch",
  gate: "agent-rollout-gate",
} as const;
