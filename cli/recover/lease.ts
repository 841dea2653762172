import { createServer, type Server } from "node:http";
import { hostname } from "node:os";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { inCluster, openCluster } from "../../operations/recovery/cluster.js";
import { LeaseKeeper } from "../../operations/recovery/lease/keeper.js";
import { readLease } from "../../operations/recovery/lease/lease.js";
import { fenceRegion, releaseRegion, siblingsIn } from "../../operations/recovery/lease/region.js";
import { requireSite, say, sayJson, type CommonOptions } from "./options.js";

export interface KeepOptions {
  readonly lease: string;
  readonly endpointUrl?: string;
  readonly region: string;
  readonly namespace: string;
  readonly ttl: string;
  readonly healthPort?: string;
  readonly claimAbsent?: boolean;
  readonly kubeconfig?: string;
}

function readNumber(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new PlatformError("that is no number", ExitCode.configuration, [
    { path: flag, received: text, rule: `must be a whole number, at least ${least}`, fix: `${flag} ${least}` },
  ]);
}

function metricsOf({ standing: { holding, heldUntil } }: LeaseKeeper): string {
  return [
    "# HELP agent_platform_lease_holding Whether this region may write, 1 or 0.",
    "# TYPE agent_platform_lease_holding gauge",
    `agent_platform_lease_holding ${holding ? 1 : 0}`,
    "# HELP agent_platform_lease_held_until_seconds Until when the lease holds, in seconds of the epoch.",
    "# TYPE agent_platform_lease_held_until_seconds gauge",
    `agent_platform_lease_held_until_seconds ${heldUntil / 1000}`,
    "",
  ].join("\n");
}

/** `/health`: it still turns. `/ready`: it knows what the region may do. `/metrics`: what that is. */
function serveHealth(keeper: LeaseKeeper, port: number): Server {
  return createServer(({ url }, response) => {
    if (url === "/metrics") {
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(metricsOf(keeper));
      return;
    }
    const good = url === "/ready" ? keeper.ready : keeper.alive;
    response.writeHead(good ? 200 : 503).end();
  }).listen(port);
}

/** Keeps the region's lease until the process is told to end; what the platform's Deployment `lease-keeper` runs. */
export async function keepLease(options: KeepOptions): Promise<void> {
  const { lease, endpointUrl, region, namespace, claimAbsent = false } = options;
  const ttlSeconds = readNumber("--ttl", options.ttl, 3);
  const cluster = await openCluster({ kubeconfig: options.kubeconfig ?? inCluster }, namespace);
  const log = (event: object): void =>
    void process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), region, ...event })}\n`);
  const keeper = new LeaseKeeper({
    place: { uri: lease, ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }) },
    region,
    ttlSeconds,
    claimAbsent,
    fence: async () => await fenceRegion(cluster),
    release: async () => await releaseRegion(cluster),
    siblings: siblingsIn(cluster, { self: process.env.POD_NAME ?? hostname(), ttlSeconds }),
    onChange: (state, why) => log({ state, why }),
  });
  const health =
    options.healthPort === undefined
      ? undefined
      : serveHealth(keeper, readNumber("--health-port", options.healthPort, 1));
  keeper.start();
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, resolve);
  });
  keeper.stop();
  health?.close();
}

/** Who may write, and until when. */
export async function showLease(options: CommonOptions): Promise<void> {
  const { lease: place } = await requireSite(options);
  if (place === undefined)
    throw new PlatformError("the stack has no lease (failover.leaseUrl)", ExitCode.configuration);
  const held = await readLease(place);
  if (options.json === true) sayJson(held?.lease ?? {});
  else if (held === undefined) say(`${place.uri}: nobody ever held it`);
  else {
    const { holder, expiresAt, epoch } = held.lease;
    const lapsed = Date.parse(expiresAt) < Date.now() ? ", lapsed" : "";
    say(`${place.uri}: ${holder} until ${expiresAt}${lapsed}; it changed hands ${epoch - 1} times`);
  }
}
