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

/** `/health`: it still turns. `/ready`: it knows what the region may do. */
function serveHealth(keeper: LeaseKeeper, port: number): Server {
  return createServer(({ url }, response) => {
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
