import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import type { MockResourceResult } from "@pulumi/pulumi/runtime/mocks";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { messageOf } from "../../../common/errors.js";
import { computeOutputs } from "../../../cli/preview/computed.js";
import { computeInvoke, type Clouds } from "../../../cli/preview/recording.js";
import { changedKeys, type Properties } from "./properties.js";
import { sdkVersion } from "./requirements.js";

interface Held {
  readonly type: string;
  readonly name: string;
  readonly state: Properties;
}

const toProperties = (struct: Struct | undefined): Properties => struct?.toJavaScript() ?? {};
const toStruct = (properties: Properties): Struct =>
  Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, JavaScriptValue>);

/** What a stand-in answers beyond the table. */
export interface Answers {
  /** Computed values by type, in place of others: an address behind which a real server is. */
  readonly answers?: Readonly<Record<string, Properties>>;
  /** Asked before the table, so that somebody else judges what is created and says what comes of it. */
  readonly clouds?: Clouds;
}

/**
 * A stand-in for a cloud's provider that the real engine talks to over the provider protocol. Computed values come from
 * the table of the offline preview, state lives in memory, and every property can be updated in place. It knows no
 * schema and by itself proves no cloud's consent: only that the engine and the program agree.
 */
export class CloudProvider {
  /** What exists in the make-believe cloud, by type and id. */
  readonly resources = new Map<string, Held>();
  private readonly server = new Server();

  /** @param name Package that it answers for, such as `aws`. */
  constructor(
    readonly name: string,
    private readonly given: Answers = {},
  ) {
    // As asked for, so that the engine does not warn of an older plugin.
    const version = sdkVersion(name);
    this.server.addService(ResourceProviderService, {
      handshake: unary(() => new proto.ProviderHandshakeResponse()),
      attach: unary(() => new Empty()),
      cancel: unary(() => new Empty()),
      getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
      getSchema: unary(() => new proto.GetSchemaResponse().setSchema(JSON.stringify({ name, version }))),
      configure: unary(() => new proto.ConfigureResponse().setSupportspreview(true)),
      checkConfig: unary(check),
      diffConfig: unary(diff),
      check: unary(check),
      diff: unary(diff),
      create: unary((request: proto.CreateRequest) => this.create(request)),
      update: unary((request: proto.UpdateRequest) => this.update(request)),
      read: unary((request: proto.ReadRequest) => this.read(request)),
      delete: unary((request: proto.DeleteRequest) => this.delete(request)),
      invoke: unary((request: proto.InvokeRequest) => this.invoke(request)),
    });
  }

  /** Listens on a free loopback port and returns it. */
  async start(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
  }

  stop(): void {
    this.server.forceShutdown();
  }

  private async create(request: proto.CreateRequest): Promise<proto.CreateResponse> {
    const inputs = toProperties(request.getProperties());
    // As a real provider: before the deploy it knows nothing but what it was given.
    if (request.getPreview()) return new proto.CreateResponse().setProperties(toStruct(inputs));
    const subject = parseUrn(request.getUrn());
    const { id, state } = await this.answer(subject, inputs);
    const key = `${subject.type}/${id}`;
    if (this.resources.has(key)) throw new Error(`${key} already exists`);
    this.resources.set(key, { ...subject, state });
    return new proto.CreateResponse().setId(id).setProperties(toStruct(state));
  }

  private update(request: proto.UpdateRequest): proto.UpdateResponse {
    const subject = parseUrn(request.getUrn());
    const inputs = toProperties(request.getNews());
    if (request.getPreview()) {
      return new proto.UpdateResponse().setProperties(toStruct({ ...toProperties(request.getOlds()), ...inputs }));
    }
    const key = this.existing(subject.type, request.getId());
    // What a cloud has computed stays as it is.
    const state = { ...this.resources.get(key)?.state, ...inputs };
    this.resources.set(key, { ...subject, state });
    return new proto.UpdateResponse().setProperties(toStruct(state));
  }

  private read(request: proto.ReadRequest): proto.ReadResponse {
    const held = this.resources.get(`${parseUrn(request.getUrn()).type}/${request.getId()}`);
    // An empty id is the protocol's word for "it is gone".
    if (held === undefined) return new proto.ReadResponse();
    const inputs = request.getInputs() ?? toStruct(held.state);
    return new proto.ReadResponse().setId(request.getId()).setProperties(toStruct(held.state)).setInputs(inputs);
  }

  private delete(request: proto.DeleteRequest): Empty {
    this.resources.delete(this.existing(parseUrn(request.getUrn()).type, request.getId()));
    return new Empty();
  }

  private invoke(request: proto.InvokeRequest): proto.InvokeResponse {
    const token = request.getTok();
    const result = this.given.clouds?.invoke(token) ?? computeInvoke(token);
    return new proto.InvokeResponse().setReturn(toStruct({ ...toProperties(request.getArgs()), ...result }));
  }

  private async answer({ type, name }: Pick<Held, "type" | "name">, inputs: Properties) {
    const args = { type, name, inputs, custom: true, id: "" };
    const { id, state }: MockResourceResult = (await this.given.clouds?.create(args)) ?? computeOutputs(args, true);
    return { id: id ?? name, state: { ...(state as Properties), ...this.given.answers?.[type] } };
  }

  private existing(type: string, id: string): string {
    const key = `${type}/${id}`;
    if (!this.resources.has(key)) throw new Error(`${key} does not exist`);
    return key;
  }
}

function unary<Request, Response>(handle: (request: Request) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    const refuse = (thrown: unknown): void => callback({ code: status.UNKNOWN, details: messageOf(thrown) });
    const handled = async (): Promise<Response> => await handle(call.request);
    handled().then((response) => callback(null, response), refuse);
  };
}

function check(request: proto.CheckRequest): proto.CheckResponse {
  return new proto.CheckResponse().setInputs(request.getNews());
}

function diff(request: proto.DiffRequest): proto.DiffResponse {
  const changed = changedKeys(toProperties(request.getOldInputs()), toProperties(request.getNews()));
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  return new proto.DiffResponse().setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME).setDiffsList(changed);
}

function parseUrn(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}
