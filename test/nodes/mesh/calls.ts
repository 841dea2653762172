import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "../../../common/poll.js";
import type { LocalPlatform } from "../../../operations/local/platform.js";
import { ensureRecipe } from "../../../operations/local/servers/ensure.js";
import type { SpaceProcess } from "../../../operations/local/space.js";
import type { MeshControl } from "./control.js";

const recipe = {
  module: { folder: join(__dirname, "..", "xds-client") },
  mainPackage: ".",
  version: "1.0.0",
  seconds: 30,
};

/** One call of a client of the mesh. */
export interface Call {
  /** When it began, in Unix milliseconds. */
  readonly at: number;
  /** The version that answered; empty where none did. */
  readonly version: string;
  readonly failure: string | undefined;
  /** How often the client had to pick a destination again before anything was sent. */
  readonly again: number;
}

export interface CallPlan {
  /** Host and port of the service, as the mesh knows them. */
  readonly target: string;
  readonly perSecond: number;
  /** A header on every call. */
  readonly header?: { readonly name: string; readonly value: string };
}

let clients = 0;

/** gRPC at a steady rate from the platform's client, which follows the routes of Istio's control plane by xDS. */
export class Calls {
  private constructor(
    private readonly process: SpaceProcess,
    private readonly output: string,
  ) {}

  /** Starts, and waits until a call has been answered. */
  static async start(platform: LocalPlatform, control: MeshControl, plan: CallPlan): Promise<Calls> {
    const { space, address } = platform.client;
    const program = await ensureRecipe("xds-client", recipe);
    const name = `calls-${(clients += 1)}`;
    const [bootstrap, output] = [join(space.folder, `${name}.json`), join(space.folder, `${name}.tsv`)];
    const server = { server_uri: control.xds, channel_creds: [{ type: "insecure" }], server_features: ["xds_v3"] };
    const node = {
      id: `sidecar~${address}~${name}.default~default.svc.cluster.local`,
      metadata: { GENERATOR: "grpc" },
    };
    await writeFile(bootstrap, JSON.stringify({ xds_servers: [server], node }));
    const { target, perSecond, header } = plan;
    const flags = [`-target=xds:///${target}`, `-rate=${perSecond}`, `-output=${output}`];
    const args = header === undefined ? flags : [...flags, `-header=${header.name}=${header.value}`];
    const process = await space.start(program, args, { name, env: { GRPC_XDS_BOOTSTRAP: bootstrap } });
    const calls = new Calls(process, output);
    await poll(async () => ((await calls.soFar()).some(({ failure }) => failure === undefined) ? true : undefined), {
      what: `an answer from ${target}`,
      timeoutMs: 60_000,
    });
    return calls;
  }

  /** Every call that has ended, in the order of their ends. */
  async soFar(): Promise<Call[]> {
    const whole = (await readFile(this.output, "utf8")).split("\n").slice(0, -1);
    return whole.map((line) => {
      const [at, version = "", code = "", message = "", again] = line.split("\t");
      const failure = code === "OK" ? undefined : `${code}: ${message}`;
      return { at: Number(at), version, failure, again: Number(again) };
    });
  }

  /** Ends the load once what was begun has been answered. */
  async end(): Promise<void> {
    await this.process.stop("SIGINT");
  }

  /** Ends the load and gives every call. */
  async stop(): Promise<Call[]> {
    await this.end();
    return await this.soFar();
  }
}
