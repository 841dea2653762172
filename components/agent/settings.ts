import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { AgentConfig } from "../../config/schema/agent.js";
import type { Store } from "../../config/schema/data.js";
import type { ObservabilityConfig } from "../../config/schema/failover.js";
import type { StoreCredentials, StoreEndpoint } from "../contracts.js";

export type StoreEndpoints = Readonly<Record<Store, StoreEndpoint>>;

export interface SettingsArgs {
  readonly agent: AgentConfig;
  readonly observability: ObservabilityConfig;
  readonly stores: StoreEndpoints;
  readonly database: string;
  readonly region: string;
}

/** Data of ConfigMap `agent-config`: where the stores and the collector are, and the stack's own values. */
export function plainSettings({
  agent,
  observability,
  stores,
  database,
  region,
}: SettingsArgs): Record<string, string> {
  return {
    REGION: region,
    POSTGRES_HOST: stores.postgres.host,
    POSTGRES_PORT: String(stores.postgres.port),
    POSTGRES_DATABASE: database,
    POSTGRES_USER: database,
    REDIS_HOST: stores.redis.host,
    REDIS_PORT: String(stores.redis.port),
    VECTOR_HOST: stores.vector.host,
    VECTOR_PORT: String(stores.vector.port),
    LOG_FORMAT: observability.logFormat,
    OTEL_SERVICE_NAME: agent.name,
    OTEL_EXPORTER_OTLP_ENDPOINT: observability.otlpEndpoint,
    ...agent.config,
  };
}

/** Data of Secret `agent-secrets`: the stores' credentials and the stack's own encrypted values. */
export function secretSettings(
  agent: AgentConfig,
  credentials: StoreCredentials,
): Record<string, pulumi.Output<string>> {
  const own = Object.entries(agent.secrets).map(([name, value]) => [name, pulumi.secret(value)] as const);
  return {
    POSTGRES_PASSWORD: credentials.postgresPassword,
    REDIS_PASSWORD: credentials.redisPassword,
    VECTOR_API_KEY: credentials.vectorApiKey,
    ...Object.fromEntries(own),
  };
}

/** A short digest of plain settings and files; a change rolls the pods. Secrets roll by rotation, never by digest. */
export function settingsDigest(
  settings: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
): string {
  return createHash("sha256")
    .update(JSON.stringify([settings, files]))
    .digest("hex")
    .slice(0, 16);
}
