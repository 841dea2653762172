import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/**
 * Ports are drawn from below the range from which Linux takes those of outgoing connections (32768 and up): one from that
 * range may be somebody's connection by the time that a server listens on it.
 */
const FIRST = 15_000;
const END = 32_000;
const ATTEMPTS = 1000;

/** Listens at every address of the machine: whoever holds the port at one of them would be in the way of some server. */
async function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(port, () => resolve(server));
  });
}

async function close(servers: readonly Server[]): Promise<void> {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
}

async function listenToRun(first: number, length: number): Promise<Server[] | undefined> {
  const servers: Server[] = [];
  for (let port = first; port < first + length; port += 1) {
    const server = await listen(port);
    if (server === undefined) {
      await close(servers);
      return undefined;
    }
    servers.push(server);
  }
  return servers;
}

/**
 * Free ports, all different; drawn at random, so that processes which look at once find different ones.
 * @param run Each is the first of so many free ones in a row; default 1.
 */
export async function freePorts(count: number, run = 1): Promise<number[]> {
  const held = new Map<number, Server[]>();
  for (let attempt = 0; held.size < count; attempt += 1) {
    if (attempt === ATTEMPTS) throw new Error(`no free port found between ${FIRST} and ${END}`);
    const first = randomInt(FIRST, END);
    const servers = await listenToRun(first, run);
    if (servers !== undefined) held.set(first, servers);
  }
  await close([...held.values()].flat());
  return [...held.keys()];
}
