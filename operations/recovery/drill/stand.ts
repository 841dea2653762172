import { join } from "node:path";
import { chmod, mkdir, rm } from "node:fs/promises";
import { poll } from "../../../common/poll.js";
import { openDatabase } from "../database.js";
import { LeaseKeeper } from "../lease/keeper.js";
import { openPlace } from "../site/places.js";
import { parseSite } from "../site/load.js";
import type { Site } from "../site/site.js";
import { freePorts } from "../../../common/ports.js";
import { DrillPostgres } from "./postgres.js";
import { StandInResolver } from "./resolver.js";
import { StandInService } from "./service.js";

const HOST = "agent-api.drill";
const ADDRESSES = { primary: "127.0.0.2", standby: "127.0.0.3" } as const;

export interface StandOptions {
  /** Folder of the drill's own, for databases and objects. */
  readonly folder: string;
  readonly stack: string;
  /** Keys of the regions that are stood in for. */
  readonly primary: string;
  readonly standby: string;
  readonly detection: Site["detection"];
  readonly ttlSeconds: number;
  /** Kubeconfigs of real control planes, by region, where there are any. */
  readonly kubeconfigs?: Readonly<Record<string, string>>;
  /** Added to the site file. */
  readonly more?: object;
}

/** A stack of two regions on this machine: databases, services, a name server with health checks, leases, buckets. */
export class Stand {
  private constructor(
    readonly site: Site,
    readonly raw: object,
    private readonly parts: {
      readonly databases: Record<"primary" | "standby", DrillPostgres>;
      readonly services: Readonly<Record<"primary" | "standby", StandInService>>;
      readonly resolver: StandInResolver;
      readonly keepers: readonly LeaseKeeper[];
    },
  ) {}

  static async start(options: StandOptions): Promise<Stand> {
    const { folder, primary, standby } = options;
    await mkdir(folder, { recursive: true });
    // PostgreSQL runs as a user of its own, who must be able to pass through.
    await chmod(folder, 0o755);
    const [http = 0, first = 0, second = 0] = await freePorts(3);
    const databases = await startDatabases(folder, [first, second]);
    const resolver = makeResolver(options, http);
    await resolver.start();
    const raw = siteOf(options, { http, resolver: resolver.address, ports: [first, second] });
    const site = parseSite(raw, "the drill's stand-in");
    const services = {
      primary: makeService(primary, site, { address: ADDRESSES.primary, http, database: databases.primary }),
      standby: makeService(standby, site, { address: ADDRESSES.standby, http, database: databases.standby }),
    };
    await services.primary.start();
    await services.standby.start();
    const keepers = [primary, standby].map((region) => makeKeeper(site, region));
    for (const keeper of keepers) keeper.start();
    // A lease that nobody ever held fences nobody.
    await poll(() => keepers.some(({ standing }) => standing.holding) || undefined, {
      what: `the lease of ${primary}`,
      intervalMs: 50,
      timeoutMs: 60_000,
    });
    return new Stand(site, raw, { databases, services, resolver, keepers });
  }

  /** Which region the public name leads to by now. */
  get answers(): "primary" | "standby" {
    return this.parts.resolver.answers;
  }

  /** Service of the standby, which a test may make unhealthy. */
  get standbyService(): StandInService {
    return this.parts.services.standby;
  }

  /** The whole primary region at once: service, database, and whoever renews its lease. */
  async losePrimary(): Promise<void> {
    this.parts.keepers[0]?.stop();
    await Promise.all([this.parts.services.primary.stop(), this.parts.databases.primary.kill()]);
  }

  /** The lost region is whole again: its database follows the other one from a fresh copy, and its service answers. */
  async returnPrimary(): Promise<void> {
    const { databases, services, keepers } = this.parts;
    const { data, source } = databases.primary;
    await rm(data, { recursive: true, force: true });
    databases.primary = await DrillPostgres.follow(databases.standby, data, source.port);
    await services.primary.start();
    keepers[0]?.start();
  }

  async stop(): Promise<void> {
    for (const keeper of this.parts.keepers) keeper.stop();
    this.parts.resolver.stop();
    await Promise.all(Object.values(this.parts.services).map(async (service) => await service.stop()));
    await Promise.all(Object.values(this.parts.databases).map(async (database) => await database.kill()));
  }
}

async function startDatabases(
  folder: string,
  [first = 0, second = 0]: readonly number[],
): Promise<Record<"primary" | "standby", DrillPostgres>> {
  const primary = await DrillPostgres.create(join(folder, "primary"), first);
  await primary.makeTable();
  return { primary, standby: await DrillPostgres.follow(primary, join(folder, "standby"), second) };
}

const bucketOf = (folder: string, name: string): { uri: string } => ({
  uri: `file://${join(folder, "buckets", name)}`,
});

function siteOf(
  { folder, stack, primary, standby, detection, ttlSeconds, kubeconfigs = {}, more = {} }: StandOptions,
  { http, resolver, ports }: { readonly http: number; readonly resolver: string; readonly ports: readonly number[] },
): object {
  const region = (key: string, index: number): object => ({
    url: `http://${key}.${HOST}:${http}`,
    switch: bucketOf(folder, `switch-${key}`),
    database: { kind: "postgres", host: "127.0.0.1", port: ports[index] },
    ...(kubeconfigs[key] === undefined ? {} : { kubeconfig: kubeconfigs[key] }),
  });
  return {
    stack,
    publicUrl: `http://${HOST}:${http}`,
    nameServers: [resolver],
    detection,
    ttlSeconds,
    primary,
    regions: { [primary]: region(primary, 0), [standby]: region(standby, 1) },
    control: bucketOf(folder, "control"),
    lease: { uri: `file://${join(folder, "buckets", "lease", "writer.json")}` },
    ...more,
  };
}

function makeService(
  region: string,
  site: Site,
  { address, http, database }: { readonly address: string; readonly http: number; readonly database: DrillPostgres },
): StandInService {
  const { healthPath, probePath: itemsPath } = site;
  return new StandInService({
    region,
    address,
    port: http,
    healthPath,
    itemsPath,
    database: { ...database.source, database: "postgres" },
  });
}

function makeResolver(
  { folder, primary, standby, detection, ttlSeconds }: StandOptions,
  http: number,
): StandInResolver {
  const healthy = (address: string) => async (): Promise<boolean> => {
    const answer = await fetch(`http://${address}:${http}/health/deep`, { signal: AbortSignal.timeout(4_000) });
    await answer.body?.cancel();
    return answer.ok;
  };
  const thrown = async (): Promise<boolean> => {
    const places = [primary, standby].map((key) => openPlace(bucketOf(folder, `switch-${key}`)));
    const found = await Promise.all(places.map(async (place) => await place.readVersion(`fail-away/${primary}`)));
    return found.some((object) => object !== undefined);
  };
  return new StandInResolver({
    publicHost: HOST,
    regions: {
      primary: { host: `${primary}.${HOST}`, address: ADDRESSES.primary },
      standby: { host: `${standby}.${HOST}`, address: ADDRESSES.standby },
    },
    ttlSeconds,
    ...detection,
    probes: { primary: healthy(ADDRESSES.primary), standby: healthy(ADDRESSES.standby), thrown },
  });
}

function makeKeeper(site: Site, region: string): LeaseKeeper {
  const { lease, detection } = site;
  if (lease === undefined) throw new Error("the stand-in has a lease");
  const database = async () => await openDatabase(site, region);
  return new LeaseKeeper({
    place: lease,
    region,
    claimAbsent: region === site.primary,
    ttlSeconds: detection.intervalSeconds * detection.failures,
    fence: async () => {
      const opened = await database();
      // A replica refuses writes anyway, and follows whatever is written into it.
      if ((await opened?.standing())?.role === "primary") await opened?.stopWrites();
    },
    release: async () => await (await database())?.resumeWrites(),
  });
}
