import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { PostgresServer } from "../../support/servers/postgres.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { RedisServer } from "../../support/servers/redis.js";
import { requireProgram } from "../../support/servers/programs.js";

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
  await requireProgram(context, "postgresql-15", "postgres");
  await requireProgram(context, "redis-server");
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
