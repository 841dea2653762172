import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzeRequest,
  AnalyzerProviderResource,
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzeStackRequest,
  ConfigureAnalyzerRequest,
  EnforcementLevel,
  PolicyConfig,
  type AnalyzeResponse,
  type AnalyzerInfo,
  type RemediateResponse,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

const PACK = join(__dirname, "..", "..", "..", "policy");

export interface AnalyzedResource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly provider?: string;
}

/** The pack in a process of its own, spoken to over gRPC as the engine speaks to it. */
export class Analyzer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: AnalyzerClient,
  ) {}

  /** @param pack Folder of the pack; default this project's. */
  static async start(pack = PACK): Promise<Analyzer> {
    const child = spawn(process.execPath, ["start.js"], { cwd: pack, stdio: ["ignore", "pipe", "inherit"] });
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
      child.once("exit", (code) => reject(new Error(`the pack ended with exit code ${String(code)}`)));
    });
    return new Analyzer(child, new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure()));
  }

  stop(): void {
    this.client.close();
    this.process.kill();
  }

  info(): Promise<AnalyzerInfo> {
    return this.call((done) => this.client.getAnalyzerInfo(new Empty() as never, done));
  }

  async configure(
    policies: Readonly<Record<string, { level: keyof typeof EnforcementLevel; properties?: object }>>,
  ): Promise<void> {
    const request = new ConfigureAnalyzerRequest();
    for (const [name, { level, properties = {} }] of Object.entries(policies)) {
      const config = new PolicyConfig();
      config.setEnforcementlevel(EnforcementLevel[level]);
      config.setProperties(Struct.fromJavaScript(properties as Record<string, JavaScriptValue>));
      request.getPolicyconfigMap().set(name, config);
    }
    await this.call<unknown>((done) => this.client.configure(request, done));
  }

  analyze(resource: AnalyzedResource): Promise<AnalyzeResponse> {
    return this.call((done) => this.client.analyze(requestFor(resource), done));
  }

  remediate(resource: AnalyzedResource): Promise<RemediateResponse> {
    return this.call((done) => this.client.remediate(requestFor(resource), done));
  }

  analyzeStack(resources: readonly AnalyzedResource[]): Promise<AnalyzeResponse> {
    const request = new AnalyzeStackRequest();
    request.setResourcesList(resources.map((resource) => fill(new AnalyzerResource(), resource)));
    return this.call((done) => this.client.analyzeStack(request, done));
  }

  private call<T>(start: (done: (error: grpc.ServiceError | null, answer: T) => void) => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      start((error, answer) => {
        if (error) reject(error);
        else resolve(answer);
      });
    });
  }
}

function requestFor(resource: AnalyzedResource): AnalyzeRequest {
  return fill(new AnalyzeRequest(), resource);
}

function fill<R extends AnalyzeRequest | AnalyzerResource>(
  request: R,
  { type, name, props, provider }: AnalyzedResource,
): R {
  request.setType(type);
  request.setName(name);
  request.setUrn(`urn:pulumi:production::agent-platform::${type}::${name}`);
  request.setOptions(new AnalyzerResourceOptions());
  request.setProperties(Struct.fromJavaScript(props as Record<string, JavaScriptValue>));
  if (provider !== undefined) {
    const resource = new AnalyzerProviderResource();
    resource.setType("pulumi:providers:kubernetes");
    resource.setName(provider);
    resource.setProperties(new Struct());
    request.setProvider(resource);
  }
  return request;
}
