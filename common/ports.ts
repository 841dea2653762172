import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/**
 * Ports are drawn from below the range from which Linux takes those of outgoing connections (32768 and up): one from that
 * range may be somebody's connection by the time that a server listens on it.
 */
const FIRST = 15_000;
const END = 32_000;
const ATTEMPTS = 1000;

async function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

/** Free ports on loopback, all different; drawn at random, so that processes which look at once find different ones. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  for (let attempt = 0; held.size < count; attempt += 1) {
    if (attempt === ATTEMPTS) throw new Error(`no free port found on loopback between ${FIRST} and ${END}`);
    const port = randomInt(FIRST, END);
    const server = await listen(port);
    if (server !== undefined) held.set(port, server);
  }
  await Promise.all([...held.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  return [...held.keys()];
}
