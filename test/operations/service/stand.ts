import { chmod } from "node:fs/promises";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { skip } from "../../support/counts.js";
import { ensurePackage } from "../../../operations/local/servers/packages.js";
import { PostgresServer } from "../../support/servers/postgres.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { RedisServer } from "../../support/servers/redis.js";

/** The stores that the reference service needs, and what it is told of them. */
export interface Stand {
  readonly folder: string;
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Starts PostgreSQL and Redis; skips, with the reason, where they cannot be had. */
export async function startStand(context: Mocha.Context): Promise<Stand> {
  for (const [name, program] of [
    ["postgresql-15", "postgres"],
    ["redis-server", "redis-server"],
  ] as const) {
    const found = await ensurePackage(name, program, ["/usr/lib/postgresql/15/bin"]);
    if (found.missing !== undefined) skip(context, found.missing);
  }
  const folder = await temporaryFolder("agent-service");
  // PostgreSQL runs as a user of its own, who must be able to pass through.
  await chmod(folder, 0o755);
  const [postgres, redis] = await Promise.all([
    PostgresServer.create(join(folder, "postgres")),
    RedisServer.start(folder, "redis-password"),
  ]);
  return {
    folder,
    postgres,
    redis,
    env: {
      POSTGRES_HOST: postgres.source.host ?? "",
      POSTGRES_PORT: String(postgres.source.port),
      POSTGRES_DATABASE: "postgres",
      POSTGRES_USER: "postgres",
      REDIS_PORT: String(redis.source.port),
      REDIS_PASSWORD: redis.source.password,
      // Nothing listens there: without the vector database, search goes by words.
      VECTOR_PORT: "1",
      REGION: "us-test-1",
      POD_NAME: "agent-0",
      VERSION: "stable",
    },
    stop: async () => {
      await redis.process.stop();
      await postgres.stop();
    },
  };
}

/** An OTLP receiver that keeps the bytes of what it is sent. */
export class TraceSink {
  private readonly received: Buffer[] = [];
  private readonly server = new grpc.Server();

  async start(): Promise<string> {
    const bytes = (value: Buffer): Buffer => value;
    const export_ = {
      path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    };
    this.server.addService(
      { Export: export_ },
      {
        Export: (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) => {
          this.received.push(call.request);
          reply(null, Buffer.alloc(0));
        },
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    return `http://127.0.0.1:${port}`;
  }

  /** Whether these bytes came in: a span's name, or the 16 bytes of a trace's id. */
  has(part: string | Buffer): boolean {
    return Buffer.concat(this.received).includes(part);
  }

  stop(): void {
    this.server.forceShutdown();
  }
}
