import { randomInt } from "node:crypto";
import { createConnection, createServer, type Server } from "node:net";

/**
 * Ports are drawn from below the range from which Linux takes those of outgoing connections (32768 and up): one from that
 * range may be somebody's connection by the time that a server listens on it.
 */
const FIRST = 15_000;
const END = 32_000;
/**
 * Ports that a process draws from and no other process of ours does, so that what is found free by two at once is not the
 * same. Its first port is the claim: it is listened on for as long as the process lives.
 */
const BLOCK = 200;
const ATTEMPTS = 1000;

/**
 * Listens at one address, or at every one of the machine: whoever holds the port at any would be in the way of some server.
 * @returns `undefined` where the port is held.
 */
async function listen(port: number, host?: string): Promise<Server | undefined> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host }, () => resolve(server));
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

interface Block {
  readonly claim: number;
  next: number;
}

let ours: Promise<Block> | undefined;

async function claimBlock(): Promise<Block> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const claim = FIRST + BLOCK * randomInt((END - FIRST) / BLOCK);
    const server = await listen(claim, "127.0.0.1");
    if (server === undefined) continue;
    // Nobody waits for its end.
    server.unref();
    return { claim, next: claim + 1 };
  }
  throw new Error(`no ${BLOCK} ports that nobody claims found between ${FIRST} and ${END}`);
}

/** The block's next run, from its start again once it is through: what was drawn first is in use or given back by then. */
function nextRun(block: Block, run: number): number {
  const first = block.next + run > block.claim + BLOCK ? block.claim + 1 : block.next;
  block.next = first + run;
  return first;
}

/**
 * Free ports, all different, and none that another process which asks here is given meanwhile.
 * @param run Each is the first of so many free ones in a row; default 1.
 */
export async function freePorts(count: number, run = 1): Promise<number[]> {
  const block = await (ours ??= claimBlock());
  const held = new Map<number, Server[]>();
  for (let attempt = 0; held.size < count; attempt += 1) {
    if (attempt === BLOCK)
      throw new Error(`${count} free ports not found between ${block.claim} and ${block.claim + BLOCK}`);
    const first = nextRun(block, run);
    const servers = await listenToRun(first, run);
    if (servers !== undefined) held.set(first, servers);
  }
  await close([...held.values()].flat());
  return [...held.keys()];
}

/** Whether something listens on a port of this machine's loopback. */
export async function accepts(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
