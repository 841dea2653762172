import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { poll } from "../../../common/poll.js";
import { buildService } from "../../../examples/agent-memory-service/build.js";
import { freePorts, startProcess, type ServerProcess } from "./process.js";

const built = new Map<string, Promise<string>>();

/** The bundle, built once into this folder. */
export function serviceBundle(folder: string): Promise<string> {
  const known = built.get(folder) ?? buildService(join(folder, "agent-memory-service.js"));
  built.set(folder, known);
  return known;
}

/** The reference service as a process on loopback, from its bundle, as an image would run it. */
export class AgentService {
  private constructor(
    readonly process: ServerProcess,
    readonly url: string,
    readonly grpcAddress: string,
  ) {}

  static async start(folder: string, env: Readonly<Record<string, string>>): Promise<AgentService> {
    const bundle = await serviceBundle(folder);
    const [http = 0, grpc = 0] = await freePorts(2);
    const server = startProcess(process.execPath, [bundle], {
      folder,
      name: `agent-memory-service-${http}`,
      env: { HTTP_PORT: String(http), GRPC_PORT: String(grpc), LISTEN_ADDRESS: "127.0.0.1", ...env },
    });
    const service = new AgentService(server, `http://127.0.0.1:${http}`, `127.0.0.1:${grpc}`);
    await server.until("the service to listen", async () =>
      (await service.log()).includes("serving") ? true : undefined,
    );
    return service;
  }

  /** Runs it to its end, for settings that it must refuse. */
  static async refuse(folder: string, env: Readonly<Record<string, string>>) {
    return await runCommand(process.execPath, [await serviceBundle(folder)], { env, allowExitCodes: [1, 2] });
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    return await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(20_000), ...init });
  }

  async send(path: string, body: object, { method = "POST", headers = {} } = {}): Promise<Response> {
    const all = { "content-type": "application/json", ...headers };
    return await this.ask(path, { method, headers: all, body: JSON.stringify(body) });
  }

  async metrics(): Promise<string> {
    return await (await this.ask("/metrics")).text();
  }

  async log(): Promise<string> {
    return await readFile(this.process.logFile, "utf8");
  }

  /** Waits for a status of a path: probes follow the stores within a second or two. */
  async until(path: string, status: number): Promise<Response> {
    return await poll(
      async () => {
        const response = await this.ask(path);
        if (response.status === status) return response;
        await response.arrayBuffer();
        return undefined;
      },
      { what: `${path} to answer ${status}`, intervalMs: 100, timeoutMs: 60_000 },
    );
  }
}
