import { trace } from "@opentelemetry/api";
import pino, { type DestinationStream, type Logger } from "pino";
import type { Settings } from "./settings.js";

export type { Logger } from "pino";

/** For people at a terminal; `LOG_FORMAT=json` is what a cluster gets. */
const plainText: DestinationStream = {
  write: (line) => {
    const { time, level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
    process.stdout.write(`${String(time)} ${String(level)} ${String(msg)} ${JSON.stringify(rest)}\n`);
  },
};

/** Structured logs on standard output. Each line names pod and region, and the trace that it belongs to. */
export function createLogger(settings: Settings): Logger {
  const options: pino.LoggerOptions = {
    level: settings.LOG_LEVEL,
    base: {
      service: settings.OTEL_SERVICE_NAME,
      environment: settings.ENVIRONMENT,
      region: settings.REGION,
      namespace: settings.POD_NAMESPACE,
      pod: settings.POD_NAME,
    },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // The content of a memory may be anything, and belongs to whoever wrote it.
    redact: { paths: ["password", "apiKey", "authorization", "content", "*.password", "*.authorization", "*.content"] },
    mixin: () => {
      const span = trace.getActiveSpan()?.spanContext();
      return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
    },
  };
  return settings.LOG_FORMAT === "text" ? pino(options, plainText) : pino(options);
}
