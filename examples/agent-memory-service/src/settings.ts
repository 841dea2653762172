import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { faultsSchema } from "./faults.js";

const text = z.string().min(1);
const port = (usual: number) => z.coerce.number().int().min(1).max(65535).default(usual);
const positive = (usual: number) => z.coerce.number().int().min(1).default(usual);
const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((value) => value === "true");

/** JSON text of an environment variable. */
const json = z.string().transform((value, context): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    context.addIssue("must be JSON");
    return z.NEVER;
  }
});

/** Environment of the service; what the platform sets is in components/agent/settings.ts. */
const environmentSchema = z.object({
  ENVIRONMENT: text.default("development"),
  REGION: text.default("local"),
  POD_NAME: text.default("local"),
  POD_NAMESPACE: text.default("local"),
  /**
   * Value of label `version` of the metrics. Left out where the platform runs it: the pod's own label is attached at
   * the scrape, because a promotion changes that label while the pod lives on.
   */
  VERSION: text.optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  LOG_FORMAT: z.enum(["json", "text"]).default("json"),
  LISTEN_ADDRESS: text.default("0.0.0.0"),
  HTTP_PORT: port(8080),
  GRPC_PORT: port(9090),
  POSTGRES_HOST: text.default("127.0.0.1"),
  POSTGRES_PORT: port(5432),
  POSTGRES_DATABASE: text.default("agent_memory"),
  POSTGRES_USER: text.default("agent_memory"),
  POSTGRES_PASSWORD: z.string().default(""),
  POSTGRES_CONNECTIONS: positive(10),
  REDIS_HOST: text.default("127.0.0.1"),
  REDIS_PORT: port(6379),
  REDIS_PASSWORD: z.string().default(""),
  VECTOR_HOST: text.default("127.0.0.1"),
  VECTOR_PORT: port(8080),
  VECTOR_API_KEY: z.string().default(""),
  /** Requests that are worked on at a time; the rest wait in the queue whose length the autoscaler reads. */
  MAX_CONCURRENCY: positive(32),
  /** Requests that may wait; above it they are refused at once. */
  MAX_QUEUE: positive(1000),
  /** Seconds that requests in flight get after SIGTERM. */
  DRAIN_SECONDS: positive(25),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_SERVICE_NAME: text.default("agent-memory-service"),
  OTEL_SDK_DISABLED: flag,
  CONFIG_FILE: text.default("/app/config/agent.yaml"),
  /** For tests: opens `/faults`. Never set where users are served. */
  FAULTS_ENABLED: flag,
  /** Faults from the start, as JSON; a bad version is made with it. Ignored unless FAULTS_ENABLED. */
  FAULTS: json.pipe(faultsSchema).prefault("{}"),
});

/** Content of the mounted file `agent.yaml` (R2: files from ConfigMap `agent-config-files`). */
const fileSchema = z.object({
  memory: z.object({ retentionDays: z.number().int().min(1).default(365) }).prefault({}),
});

export type Settings = z.output<typeof environmentSchema> & z.output<typeof fileSchema>;

/** What is wrong with the environment or the file: a line a fault, each with its place. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

function faultsOf(place: string, error: z.ZodError): string[] {
  // Values stay out of the message: some of them are passwords.
  return error.issues.map(({ path, message }) => `${place}${path.map(String).join(".")}: ${message}`);
}

function readFile(path: string): unknown {
  if (!existsSync(path)) return {};
  try {
    return (parse(readFileSync(path, "utf8")) as unknown) ?? {};
  } catch (thrown) {
    throw new SettingsError(`${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** Checks environment and file, and reports all faults at once. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const variables = environmentSchema.safeParse(environment);
  const path = environment.CONFIG_FILE ?? "/app/config/agent.yaml";
  const file = fileSchema.safeParse(readFile(path));
  if (variables.success && file.success) return { ...variables.data, ...file.data };
  throw new SettingsError(
    [
      ...(variables.success ? [] : faultsOf("environment variable ", variables.error)),
      ...(file.success ? [] : faultsOf(`${path}: `, file.error)),
    ].join("\n"),
  );
}
