import { runCommand } from "../../../common/command.js";
import { findProgram } from "../../../operations/backup/program.js";
import type { RedisSource } from "../../../operations/backup/redis/redis.js";
import { freePorts, startProcess, type ServerProcess } from "./process.js";

/** A Redis of a test's own on loopback, with a password and an append-only file. */
export class RedisServer {
  private constructor(
    readonly process: ServerProcess,
    readonly source: RedisSource & { readonly password: string },
  ) {}

  static async start(folder: string, password: string): Promise<RedisServer> {
    const [port = 0] = await freePorts(1);
    const settings = ["--bind", "127.0.0.1", "--port", String(port), "--dir", folder, "--requirepass", password];
    const process = startProcess(
      findProgram("redis-server"),
      // The delay gathers replicas for one transfer; a dump would wait for them too.
      [
        ...settings,
        ...["--appendonly", "yes", "--save", "", "--enable-debug-command", "local"],
        ...["--repl-diskless-sync-delay", "0"],
      ],
      {
        folder,
        name: "redis",
      },
    );
    const server = new RedisServer(process, { host: "127.0.0.1", port, password });
    await process.until("Redis to answer", async () => ((await server.ask("ping")) === "PONG" ? true : undefined));
    return server;
  }

  async ask(...words: string[]): Promise<string> {
    const { host, port, password } = this.source;
    const where = ["-e", "-h", host, "-p", String(port)];
    const env = { REDISCLI_AUTH: password };
    return (await runCommand(findProgram("redis-cli"), [...where, ...words], { env })).stdout.trim();
  }
}
