import { agentLabels } from "../contracts.js";

/** Names that the requirements give (R2, R3) and that runbooks, alerts and operators rely on. */
export const agentNames = {
  serviceAccount: "agent-memory-sa",
  secret: "agent-secrets",
  config: "agent-config",
  files: "agent-config-files",
  container: "agent-api",
} as const;

/** Ports of the service's pods. */
export const agentPorts = { http: 8080, grpc: 9090 } as const;

/** The pods of one version when stable and canary run side by side; the two never overlap. */
export function versionLabels(version: "stable" | "canary") {
  return { ...agentLabels, version };
}
