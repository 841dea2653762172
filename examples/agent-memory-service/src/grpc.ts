import * as grpc from "@grpc/grpc-js";
import * as loader from "@grpc/proto-loader";
import { parse } from "protobufjs";
import healthProto from "../health.proto";
import memoryProto from "../memory.proto";
import { RequestError, type Refusal } from "./errors.js";
import type { Health } from "./health.js";
import type { Memories } from "./memories.js";
import { check, idSchema, searchSchema, writeSchema } from "./memory.js";
import type { Requests } from "./requests.js";

export interface GrpcParts {
  readonly memories: Memories;
  readonly requests: Requests;
  readonly health: Health;
  /** Metadata of every answer: which pod, region and version gave it. */
  readonly servedBy: Readonly<Record<string, string>>;
}

type Call = grpc.ServerUnaryCall<Record<string, unknown>, unknown>;
type Reply = grpc.sendUnaryData<unknown>;

const codes: Readonly<Record<Refusal, grpc.status>> = {
  invalid: grpc.status.INVALID_ARGUMENT,
  "not-found": grpc.status.NOT_FOUND,
  conflict: grpc.status.ALREADY_EXISTS,
  "read-only": grpc.status.UNAVAILABLE,
  overloaded: grpc.status.RESOURCE_EXHAUSTED,
  unavailable: grpc.status.UNAVAILABLE,
};

function serviceOf(proto: string, name: string): grpc.ServiceDefinition {
  const definition = loader.fromJSON(parse(proto).root.toJSON(), { longs: Number, enums: String, defaults: true });
  return definition[name] as grpc.ServiceDefinition;
}

function toStatus(thrown: unknown): Partial<grpc.StatusObject> {
  if (!(thrown instanceof RequestError)) return { code: grpc.status.INTERNAL, details: "internal" };
  const metadata = new grpc.Metadata();
  if (thrown.retryAfter !== undefined) {
    metadata.set("retry-after", String(thrown.retryAfter));
    metadata.set("grpc-retry-pushback-ms", String(thrown.retryAfter * 1000));
  }
  return { code: codes[thrown.refusal], details: thrown.message, metadata };
}

/** What proto3 leaves at its default was not given. */
function given(message: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== "" && value !== 0));
}

function handler(parts: GrpcParts, name: string, work: (message: Record<string, unknown>) => Promise<unknown>) {
  return (call: Call, reply: Reply): void => {
    const metadata = new grpc.Metadata();
    for (const [key, value] of Object.entries(parts.servedBy)) metadata.set(key, value);
    call.sendMetadata(metadata);
    parts.requests
      .handle(`grpc ${name}`, call.metadata.getMap(), () => work(given(call.request)))
      .then((answer) => reply(null, answer))
      .catch((thrown: unknown) => reply(toStatus(thrown)));
  };
}

/** The gRPC side: the same memories, and the standard health service. */
export function createGrpc(parts: GrpcParts): grpc.Server {
  const { memories, health } = parts;
  const server = new grpc.Server();
  server.addService(serviceOf(memoryProto, "agent.memory.v1.MemoryService"), {
    Write: handler(parts, "Write", async (message) => (await memories.write(check(writeSchema, message))).memory),
    Read: handler(parts, "Read", ({ id }) => memories.read(check(idSchema, id))),
    Search: handler(parts, "Search", (message) => memories.search(check(searchSchema, message))),
    Delete: handler(parts, "Delete", async ({ id }) => {
      await memories.delete(check(idSchema, id));
      return {};
    }),
  });
  server.addService(serviceOf(healthProto, "grpc.health.v1.Health"), {
    Check: (_call: Call, reply: Reply): void => {
      reply(null, { status: health.ready().ok ? "SERVING" : "NOT_SERVING" });
    },
  });
  return server;
}

/** Starts listening; the port that was taken. */
export async function listenGrpc(server: grpc.Server, address: string): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}

/** Takes no new connections and waits for the calls in flight, but not longer than this. */
export async function drainGrpc(server: grpc.Server, milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => server.forceShutdown(), milliseconds);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
