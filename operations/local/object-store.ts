import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { segmentAddress, type Segment } from "./network.js";
import { keepPasswords, readPasswords } from "./passwords.js";
import { ensureServer } from "./servers/ensure.js";
import type { KubeObject } from "./servers/region/api.js";
import type { Space } from "./space.js";

/** Its one account; the secret key is among the platform's passwords, by this name. */
export const STORE_ACCOUNT = { accessKey: "local", password: "backup-credentials" } as const;

const SPACE = "object-store";
const PORT = 7070;
/** Known before it is there, so that what is rendered can name it. */
const HOST = 2;

/** Buckets are folders. */
const bucketsOf = (folder: string): string => join(folder, SPACE, "buckets");

/**
 * Starts an S3 server on the platform's network, outside every region: the loss of a region leaves its vaults where they
 * are, as a region's loss in a cloud leaves the copies.
 */
export async function startObjectStore(
  segment: Segment,
  folder: string,
  open: (name: string) => Promise<Space>,
): Promise<void> {
  const program = await ensureServer("versitygw");
  const secret = randomBytes(24).toString("hex");
  await keepPasswords(folder, (await readPasswords(folder)).set(STORE_ACCOUNT.password, secret));
  await mkdir(bucketsOf(folder), { recursive: true });
  const place = await segment.join(await open(SPACE), [], HOST);
  const env = { ROOT_ACCESS_KEY: STORE_ACCOUNT.accessKey, ROOT_SECRET_KEY: secret };
  const args = ["--port", `:${PORT}`, "--quiet", "posix", bucketsOf(folder)];
  const server = await place.space.start(program, args, { name: "versitygw", env });
  await server.until("the S3 server to answer", async () => {
    const { stdout } = await place.space.run("busybox", ["nc", "-w", "2", "127.0.0.1", String(PORT)], {
      input: "GET / HTTP/1.0\r\n\r\n",
      allowExitCodes: [1],
    });
    return stdout.startsWith("HTTP/") ? true : undefined;
  });
}

/** Strings of what describes backups: each CronJob, and the archive of each database. */
function strings(objects: readonly KubeObject[]): string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === "string") found.push(value);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
  };
  walk(objects.filter(({ kind }) => kind === "CronJob" || kind === "ObjectStore"));
  return found;
}

/** Makes the buckets that rendered objects name, where they are not there yet: a store of one's own has them before. */
export async function makeBuckets(folder: string, objects: readonly KubeObject[]): Promise<void> {
  const names = strings(objects).flatMap((text) => /^s3:\/\/([a-z0-9.-]+)(?:\/|$)/.exec(text)?.[1] ?? []);
  for (const name of new Set(names)) await mkdir(join(bucketsOf(folder), name), { recursive: true });
}

/** The way from a cluster to the server, by the names that rendered objects give it inside the cluster. */
export function objectStoreServices(objects: readonly KubeObject[]): KubeObject[] {
  const inside = /^https?:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.cluster\.local(?::(\d+))?$/;
  const endpoints = new Set(strings(objects).filter((text) => inside.test(text)));
  return [...endpoints].flatMap((endpoint) => {
    const [, name = "", namespace = "", port = "80"] = inside.exec(endpoint) ?? [];
    const metadata = { name, namespace, labels: { "kubernetes.io/service-name": name } };
    const service: KubeObject = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace },
      spec: { ports: [{ name: "s3", port: Number(port), targetPort: PORT, protocol: "TCP" }] },
    };
    const slice: KubeObject = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata,
      addressType: "IPv4",
      endpoints: [{ addresses: [segmentAddress(HOST)], conditions: { ready: true } }],
      ports: [{ name: "s3", port: PORT, protocol: "TCP" }],
    };
    return [service, slice];
  });
}
