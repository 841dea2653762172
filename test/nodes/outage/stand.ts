import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deployAll, NAMESPACE, planOf } from "../../../cli/local/deploy.js";
import { poll } from "../../../common/poll.js";
import { startPlatform, stopPlatform, type LocalPlatform } from "../../../operations/local/platform.js";
import type { LocalRegion } from "../../../operations/local/region.js";
import type { SpaceProcess } from "../../../operations/local/space.js";
import type { RunRecord } from "../../../operations/recovery/run/record.js";
import type { Site } from "../../../operations/recovery/site/site.js";
import { endWithTests } from "../../support/servers/process.js";
import type { Answered, ChecksPlan } from "./checks.js";
import type { ClientPlan, Seen } from "./client.js";
import { startIngress } from "./ingress.js";

const NAME = "outage";
const HOST = "agent-api.test";
const PRIMARY = "local-a";
const STANDBY = "local-b";
const root = join(__dirname, "..", "..", "..");
/** By its path: whatever is started in a space starts in the root folder. */
const tsx = ["--import", require.resolve("tsx")];

/** Lines of JSON that a process has printed, whole ones only. */
async function linesOf({ logFile }: SpaceProcess): Promise<unknown[]> {
  const lines = (await readFile(logFile, "utf8")).split("\n").slice(0, -1);
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as unknown);
}

export interface OutageOptions {
  readonly detection: Site["detection"];
  readonly ttlSeconds: number;
}

/**
 * The stack `local` as `local up` brings it onto two regions, with what stands around it in production: an ingress in
 * each region, a name server with health checks, a lease that each region's keeper keeps. Whatever asks it is on the
 * platform's own network.
 */
export class OutageStand {
  private checks!: SpaceProcess;
  private clients: SpaceProcess | undefined;
  raw!: object;

  private constructor(
    readonly platform: LocalPlatform,
    private readonly addresses: readonly string[],
    /** Seconds from nothing until both regions served. */
    readonly secondsToServe: number,
  ) {}

  static async start(options: OutageOptions): Promise<OutageStand> {
    const began = performance.now();
    const platform = await startPlatform({ ...planOf(NAME), onProcess: endWithTests });
    await deployAll(platform.regions, platform.folder);
    const addresses: string[] = [];
    for (const region of platform.regions) addresses.push(await startIngress(region));
    for (const address of addresses) await serves(platform, address);
    const stand = new OutageStand(platform, addresses, (performance.now() - began) / 1000);
    await stand.surround(options);
    return stand;
  }

  private place(...parts: readonly string[]): string {
    return join(this.platform.folder, ...parts);
  }

  private region(name: string): LocalRegion {
    return this.platform.regions.find((region) => region.name === name)!;
  }

  /** A process of the repository's in the space of the clients. */
  private async script(name: string, plan: object): Promise<SpaceProcess> {
    const args = [...tsx, join(__dirname, `${name}.ts`), JSON.stringify(plan)];
    return await this.platform.client.space.start(process.execPath, args, { name });
  }

  private async surround({ detection, ttlSeconds }: OutageOptions): Promise<void> {
    const [primary = "", standby = ""] = this.addresses;
    const switches = { uri: `file://${this.place("buckets", "switch")}` };
    const checksPlan: ChecksPlan = {
      ...detection,
      ttlSeconds,
      publicHost: HOST,
      regions: {
        primary: { host: `${PRIMARY}.${HOST}`, address: primary },
        standby: { host: `${STANDBY}.${HOST}`, address: standby },
      },
      healthPath: "/health/deep",
      places: [switches],
      key: `fail-away/${PRIMARY}`,
    };
    this.checks = await this.script("checks", checksPlan);
    const nameServer = await this.checks.until("the name server to answer", async () => {
      const [first] = (await linesOf(this.checks)) as { readonly address: string }[];
      return first?.address;
    });
    const lease = `file://${this.place("buckets", "lease", "writer.json")}`;
    this.raw = {
      stack: "local",
      publicUrl: `http://${HOST}`,
      nameServers: [nameServer],
      detection,
      ttlSeconds,
      primary: PRIMARY,
      regions: {
        [PRIMARY]: await this.siteOf(PRIMARY),
        // The switch in the lost region would be lost with it.
        [STANDBY]: { ...(await this.siteOf(STANDBY)), switch: switches },
      },
      control: { uri: `file://${this.place("buckets", "control")}` },
      lease: { uri: lease },
    };
    await writeFile(this.place("site.json"), JSON.stringify(this.raw));
    const ttl = Math.max(3, detection.intervalSeconds * detection.failures);
    for (const region of [PRIMARY, STANDBY]) await this.keepLease(region, lease, ttl);
  }

  private async siteOf(name: string): Promise<object> {
    return {
      url: `http://${name}.${HOST}`,
      kubeconfig: await this.region(name).controlPlane.kubeconfigFor("admin"),
      database: { kind: "cloudnativepg", cluster: "postgres" },
      replicas: 2,
    };
  }

  /** What the platform's Deployment `lease-keeper` runs, in the space of the region's control plane. */
  private async keepLease(name: string, lease: string, ttlSeconds: number): Promise<void> {
    const { controlPlane } = this.region(name);
    const kubeconfig = await controlPlane.kubeconfigFor("admin");
    const options = { lease, region: name, namespace: NAMESPACE, ttl: ttlSeconds, kubeconfig };
    const flags = Object.entries(options).flatMap(([key, value]) => [`--${key}`, String(value)]);
    if (name === PRIMARY) flags.push("--claim-absent");
    const args = [...tsx, join(root, "cli", "main.ts"), "recover", "lease", "keep", ...flags];
    const keeper = await controlPlane.place.space.start(process.execPath, args, { name: "lease-keeper" });
    // A lease that nobody ever held fences nobody.
    await keeper.until("the keeper to know what its region may do", async () =>
      (await linesOf(keeper)).length > 0 ? true : undefined,
    );
  }

  async startClients(perSecond: number): Promise<void> {
    this.clients = await this.script("client", { site: this.raw, perSecond } satisfies ClientPlan);
  }

  /** Waits until so many writes have been acknowledged. */
  async acknowledged(writes: number): Promise<void> {
    await this.clients!.until(`${writes} acknowledged writes`, async () => {
      const last = (await linesOf(this.clients!)).at(-1) as { readonly writes: number } | undefined;
      if ((last?.writes ?? 0) >= writes) return true;
      throw new Error(`the clients' last count: ${JSON.stringify(last)}`);
    });
  }

  /** Power of the whole primary region off: control plane, nodes, pods. @returns when, in milliseconds of the epoch. */
  losePrimary(): number {
    const { nodes, controlPlane } = this.region(PRIMARY);
    const at = Date.now();
    for (const { place } of [...nodes, controlPlane]) place.space.kill();
    return at;
  }

  /** When the health checks found the primary down, in milliseconds of the epoch. */
  async detected(timeoutMs: number): Promise<number> {
    const found = await poll(
      async () => ((await linesOf(this.checks)) as Answered[]).find(({ answers }) => answers === "standby"),
      { what: "the health checks to find the primary down", intervalMs: 50, timeoutMs },
    );
    return found.at;
  }

  /** `recover run region-outage`, as somebody on call types it, from the platform's own network. */
  async recover(since: number): Promise<RunRecord> {
    const flags = {
      site: this.place("site.json"),
      state: this.place("recovery"),
      since: new Date(since).toISOString(),
      as: "oncall@example.com",
    };
    const args = Object.entries(flags).flatMap(([key, value]) => [`--${key}`, value]);
    const command = ["recover", "run", "region-outage", ...args, "--auto-approve", "--yes", "--json"];
    const { stdout } = await this.platform.client.space.run(process.execPath, [
      ...tsx,
      join(root, "cli", "main.ts"),
      ...command,
    ]);
    return JSON.parse(stdout) as RunRecord;
  }

  /** Ends the load; the clients read back every write that was acknowledged. */
  async finish(): Promise<Seen> {
    await this.clients!.stop("SIGTERM");
    return (await linesOf(this.clients!)).at(-1) as Seen;
  }

  /** Ends all of it, also what a start that failed has left. */
  static async stop(): Promise<void> {
    await stopPlatform(NAME);
  }
}

async function serves({ client }: LocalPlatform, address: string): Promise<void> {
  await poll(
    async () => {
      await client.space.run("busybox", ["wget", "-q", "-O", "-", `http://${address}/health/deep`], {
        timeoutMs: 5000,
      });
      return true;
    },
    { what: `${address} to serve`, timeoutMs: 120_000 },
  );
}
