import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { runCommand } from "../../../common/command.js";
import type { StackConfig } from "../../../config/schema/stack.js";
import { ensureServer } from "../../../operations/local/servers/ensure.js";
import { renderedConfig, type CollectorConfig } from "../collector/chart.js";
import { stackConfig } from "../stack-config.js";
import { freePorts, startProcess, type ServerProcess } from "./process.js";

interface Value {
  readonly stringValue?: string;
  readonly intValue?: string;
}
interface Attribute {
  readonly key: string;
  readonly value: Value;
}
interface Resource {
  readonly attributes?: readonly Attribute[];
}
interface Span {
  readonly traceId: string;
  readonly name: string;
}
interface LogRecord {
  readonly body?: Value;
  readonly severityText?: string;
  readonly traceId?: string;
  readonly attributes?: readonly Attribute[];
}
/** A line of the file exporter: OTLP as JSON. */
interface Batch {
  readonly resourceSpans?: readonly { resource?: Resource; scopeSpans: readonly { spans: readonly Span[] }[] }[];
  readonly resourceLogs?: readonly {
    resource?: Resource;
    scopeLogs: readonly { logRecords: readonly LogRecord[] }[];
  }[];
}

const plain = (attributes: readonly Attribute[] = []): Record<string, string> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? ""]));

async function writeConfig(folder: string, name: string, config: object | string): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, typeof config === "string" ? config : stringify(config, { lineWidth: 0 }));
  return file;
}

const environment = { MY_POD_IP: "127.0.0.1", OTEL_K8S_NODE_NAME: "node-a", K8S_NODE_NAME: "node-a", GOMEMLIMIT: "" };

/** What the collector itself says of the configuration that the platform renders; nothing where it accepts it. */
export async function validateConfig(folder: string, config: StackConfig | object): Promise<string> {
  const rendered = "observability" in config ? renderedConfig(config) : config;
  const file = await writeConfig(folder, "validate", rendered);
  const { exitCode, stderr } = await runCommand(await ensureServer("otelcol"), ["validate", `--config=${file}`], {
    env: environment,
    allowExitCodes: [1],
  });
  return exitCode === 0 ? "" : stderr;
}

async function start(folder: string, name: string, config: object | string): Promise<ServerProcess> {
  const program = await ensureServer("otelcol");
  const file = await writeConfig(folder, name, config);
  const server = startProcess(program, [`--config=${file}`], { folder, name, env: environment });
  await server.until(`${name} to be ready`, async () =>
    (await readFile(server.logFile, "utf8")).includes("Everything is ready") ? true : undefined,
  );
  return server;
}

/** The platform's configuration on ports of its own and a node of its own; no API server to ask for the pods' names. */
function onLoopback(backEnd: number, nodeFolder: string, ports: readonly number[]): string {
  const endpoint = `127.0.0.1:${backEnd}`;
  const config: CollectorConfig = renderedConfig(
    stackConfig({ observability: { export: { endpoint, insecure: true } } }),
  );
  const processors = { ...config.processors };
  Reflect.deleteProperty(processors, "k8s_attributes");
  for (const pipeline of Object.values(config.service.pipelines)) {
    pipeline.processors = pipeline.processors.filter((name) => name !== "k8s_attributes");
  }
  const text = stringify({ ...config, processors }, { lineWidth: 0 }).replaceAll("/var/log/pods", `${nodeFolder}/pods`);
  const [grpc = 0, http = 0, health = 0, metrics = 0] = ports;
  return [`:4317 ${grpc}`, `:4318 ${http}`, `:13133 ${health}`, `port: 8888 ${metrics}`].reduce((all, change) => {
    const [from = "", to = ""] = change.split(/ (?=\d+$)/);
    return all.replaceAll(from, from.replace(/\d+$/, to));
  }, text);
}

/** The platform's collector on one node, and a back end that keeps what it is sent. */
export class Telemetry {
  private constructor(
    private readonly servers: readonly ServerProcess[],
    private readonly folder: string,
    private readonly ports: readonly number[],
  ) {}

  /** Where services send their traces. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.ports[0]}`;
  }

  static async start(parent: string): Promise<Telemetry> {
    const folder = join(parent, "telemetry");
    await mkdir(join(folder, "pods"), { recursive: true });
    const [backEnd = 0, backEndMetrics = 0, ...ports] = await freePorts(6);
    const pipeline = { receivers: ["otlp"], exporters: ["file"] };
    const receiving = await start(folder, "back-end", {
      receivers: { otlp: { protocols: { grpc: { endpoint: `127.0.0.1:${backEnd}` } } } },
      exporters: { file: { path: join(folder, "received.json"), flush_interval: "100ms" } },
      service: {
        telemetry: {
          metrics: { readers: [{ pull: { exporter: { prometheus: { host: "127.0.0.1", port: backEndMetrics } } } }] },
        },
        pipelines: { traces: pipeline, logs: pipeline },
      },
    });
    const collector = await start(folder, "collector", onLoopback(backEnd, folder, ports));
    return new Telemetry([collector, receiving], folder, ports);
  }

  /** Writes a pod's output where the runtime would, in its form. */
  async runtimeWrites(pod: string, container: string, lines: readonly string[]): Promise<void> {
    const folder = join(this.folder, "pods", `agent-memory_${pod}_0af76519-16cd-43dd-8448-eb211c80319c`, container);
    await mkdir(folder, { recursive: true });
    const text = lines.map((line) => `${new Date().toISOString()} stdout F ${line}\n`).join("");
    await writeFile(join(folder, "0.log"), text);
  }

  private async batches(): Promise<Batch[]> {
    const text = await readFile(join(this.folder, "received.json"), "utf8").catch(() => "");
    // The last line may still be on its way.
    return text
      .slice(0, text.lastIndexOf("\n") + 1)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Batch);
  }

  /** Spans that the back end has, with the resource that they are of. */
  async spans(): Promise<(Span & { readonly resource: Record<string, string> })[]> {
    return (await this.batches())
      .flatMap(({ resourceSpans = [] }) => resourceSpans)
      .flatMap(({ resource, scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) => spans).map((span) => ({ ...span, resource: plain(resource?.attributes) })),
      );
  }

  /** Log records that the back end has. */
  async logs() {
    return (await this.batches())
      .flatMap(({ resourceLogs = [] }) => resourceLogs)
      .flatMap(({ resource, scopeLogs }) =>
        scopeLogs
          .flatMap(({ logRecords }) => logRecords)
          .map(({ body, severityText, traceId, attributes }) => ({
            body: body?.stringValue ?? "",
            severityText,
            traceId,
            attributes: plain(attributes),
            resource: plain(resource?.attributes),
          })),
      );
  }

  /** What the collector exports of itself. */
  async metrics(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.ports[3]}/metrics`)).text();
  }

  async stop(): Promise<void> {
    for (const server of this.servers) await server.stop();
  }
}
