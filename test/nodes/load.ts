import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../common/command.js";
import { poll } from "../../common/poll.js";
import type { LocalPlatform } from "../../operations/local/platform.js";
import { ensureServer } from "../../operations/local/servers/ensure.js";
import type { SpaceProcess } from "../../operations/local/space.js";

/** What a load has counted. */
export interface LoadReport {
  readonly requests: number;
  /** Requests with any answer but 200, or none. */
  readonly failed: number;
  readonly perSecond: number;
  readonly p99Ms: number;
  /** Each kind of failure, with an example. */
  readonly errors: readonly string[];
}

interface VegetaReport {
  readonly requests: number;
  readonly rate: number;
  readonly latencies: { readonly "99th": number };
  readonly status_codes: Readonly<Record<string, number>>;
  readonly errors: readonly string[] | null;
}

let loads = 0;

/** Requests at a steady rate from the platform's client, each on a connection of its own, so that each may fail. */
export class Load {
  private constructor(
    private readonly vegeta: string,
    private readonly process: SpaceProcess,
    private readonly results: string,
  ) {}

  /** Starts once one request has been answered: until the nodes' rules are in, nothing can be. */
  static async start(platform: LocalPlatform, url: string, perSecond: number): Promise<Load> {
    const { space } = platform.client;
    // Connections that were closed hold their ports for a minute: there must be enough for a minute's load.
    await space.run("sysctl", ["-qw", "net.ipv4.ip_local_port_range=1024 65535", "net.ipv4.tcp_tw_reuse=1"]);
    await poll(
      async () => {
        await space.get(url);
        return true;
      },
      { what: `an answer from ${url}`, timeoutMs: 60_000 },
    );
    const vegeta = await ensureServer("vegeta");
    const name = `load-${(loads += 1)}`;
    const [targets, results] = [join(space.folder, `${name}.targets`), join(space.folder, `${name}.bin`)];
    await writeFile(targets, `GET ${url}\n`);
    const flags = {
      targets,
      output: results,
      rate: `${perSecond}/1s`,
      duration: "0", // until it is stopped
      timeout: "10s",
      keepalive: false,
    };
    const args = Object.entries(flags).map(([key, value]) => `-${key}=${value}`);
    return new Load(vegeta, await space.start(vegeta, ["attack", ...args, "-max-workers=200"], { name }), results);
  }

  /** Ends the load. */
  async end(): Promise<void> {
    await this.process.stop("SIGINT");
  }

  /** Ends the load and counts. */
  async stop(): Promise<LoadReport> {
    await this.end();
    const { stdout } = await runCommand(this.vegeta, ["report", "-type=json", this.results]);
    const { requests, rate, latencies, status_codes: codes, errors } = JSON.parse(stdout) as VegetaReport;
    return {
      requests,
      failed: requests - (codes["200"] ?? 0),
      perSecond: Math.round(rate),
      p99Ms: Math.round(latencies["99th"] / 1e6),
      errors: errors ?? [],
    };
  }
}
