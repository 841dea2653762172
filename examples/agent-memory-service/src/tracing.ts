import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { isOurs } from "./errors.js";
import type { Settings } from "./settings.js";

/** Starts tracing where an endpoint is configured (OTLP over gRPC); answers what sends the rest at the end. */
export function startTracing(settings: Settings): () => Promise<void> {
  const url = settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (settings.OTEL_SDK_DISABLED || url === undefined || url === "") return () => Promise.resolve();
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      "service.name": settings.OTEL_SERVICE_NAME,
      "service.instance.id": settings.POD_NAME,
      "deployment.environment.name": settings.ENVIRONMENT,
      "cloud.region": settings.REGION,
      "k8s.namespace.name": settings.POD_NAMESPACE,
      "k8s.pod.name": settings.POD_NAME,
    }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  });
  provider.register();
  return async () => {
    // A collector that is away must not hold up the end of the process.
    await provider.shutdown().catch(() => undefined);
  };
}

const tracer = () => trace.getTracer("agent-memory-service");

interface Work<T> {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes?: Attributes;
  readonly run: () => Promise<T>;
}

async function inSpan<T>({ name, kind, attributes, run }: Work<T>): Promise<T> {
  return await tracer().startActiveSpan(name, { kind, attributes }, async (span) => {
    try {
      return await run();
    } catch (thrown) {
      if (isOurs(thrown)) {
        span.recordException(thrown instanceof Error ? thrown : String(thrown));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      throw thrown;
    } finally {
      span.end();
    }
  });
}

/** A request: its span continues the trace that the caller's headers name (W3C Trace Context). */
export async function traceRequest<T>(name: string, headers: object, run: () => Promise<T>): Promise<T> {
  const caller = propagation.extract(context.active(), headers);
  return await context.with(caller, () => inSpan({ name, kind: SpanKind.SERVER, run }));
}

/** A call to a store. */
export async function traceStore<T>(system: string, operation: string, run: () => Promise<T>): Promise<T> {
  const attributes = { "db.system.name": system, "db.operation.name": operation };
  return await inSpan({ name: `${system} ${operation}`, kind: SpanKind.CLIENT, attributes, run });
}
