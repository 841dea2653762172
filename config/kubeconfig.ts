import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ExitCode, messageOf, PlatformError, type Fault } from "../common/errors.js";
import type { ExistingRegionConfig } from "./schema/regions.js";

const settings = z.record(z.string(), z.unknown());
const kubeconfigSchema = z.looseObject({
  clusters: z.array(z.object({ name: z.string(), cluster: z.looseObject({ server: z.string() }) })),
  contexts: z.array(z.object({ name: z.string(), context: z.looseObject({ cluster: z.string(), user: z.string() }) })),
  users: z.array(z.object({ name: z.string(), user: settings })),
});

/** One context of a kubeconfig file, with the cluster and the user that it names and nothing else. */
export interface KubeconfigContext {
  /** Address of the API server. */
  readonly server: string;
  /** Kubeconfig of this context alone, as JSON; it may hold credentials. */
  readonly json: string;
}

type Reading = { readonly context: KubeconfigContext } | { readonly fault: Omit<Fault, "path"> & { key: string } };

/** What is wrong with the kubeconfig of an existing cluster; `at` is the region's path, such as `regions[0]`. */
export function checkKubeconfig(region: ExistingRegionConfig, at: string): Fault[] {
  const reading = read(region);
  if ("context" in reading) return [];
  const { key, ...fault } = reading.fault;
  return [{ path: `${at}.${key}`, ...fault }];
}

/**
 * The context of an existing cluster.
 * @throws PlatformError (exit code 2) where the file cannot be read or lacks the context.
 */
export function readKubeconfig(region: ExistingRegionConfig): KubeconfigContext {
  const reading = read(region);
  if ("context" in reading) return reading.context;
  throw new PlatformError(
    `the kubeconfig of region ${region.key} cannot be used`,
    ExitCode.configuration,
    checkKubeconfig(region, `regions (${region.key})`),
  );
}

/** Absolute path: `~` is the home directory, and a relative path starts at the project's folder. */
export function kubeconfigPath(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(path);
}

function read(region: ExistingRegionConfig): Reading {
  const file = kubeconfigPath(region.kubeconfig);
  let raw: unknown;
  try {
    raw = parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    const [reason = ""] = messageOf(thrown).split("\n");
    return refuse("kubeconfig", {
      received: region.kubeconfig,
      rule: `must be a kubeconfig file that can be read: ${reason}`,
      fix: "give the path of an existing kubeconfig file",
    });
  }
  const parsed = kubeconfigSchema.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse("kubeconfig", {
      received: region.kubeconfig,
      rule: `must be a kubeconfig file: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`,
      fix: "give the path of a file that `kubectl --kubeconfig` accepts",
    });
  }
  return select(region, parsed.data, dirname(file));
}

function select(
  { context: name, kubeconfig }: ExistingRegionConfig,
  config: z.output<typeof kubeconfigSchema>,
  folder: string,
): Reading {
  const context = config.contexts.find((candidate) => candidate.name === name);
  if (!context) {
    const known = config.contexts.map((candidate) => candidate.name).join(", ");
    return refuse("context", {
      received: name,
      rule: `must be a context of ${kubeconfig}, which has ${known === "" ? "none" : known}`,
      fix: "name one of its contexts, or add this one to the file",
    });
  }
  const cluster = config.clusters.find((candidate) => candidate.name === context.context.cluster);
  const user = config.users.find((candidate) => candidate.name === context.context.user);
  if (!cluster || !user) {
    return refuse("context", {
      received: name,
      rule: `names ${cluster ? `user ${context.context.user}` : `cluster ${context.context.cluster}`}, which ${kubeconfig} lacks`,
      fix: "complete the kubeconfig file",
    });
  }
  const json = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name: cluster.name, cluster: withAbsolutePaths(cluster.cluster, folder) }],
    contexts: [context],
    users: [{ name: user.name, user: withAbsolutePaths(user.user, folder) }],
  });
  return { context: { server: cluster.cluster.server, json } };
}

function refuse(key: "kubeconfig" | "context", fault: Omit<Fault, "path">): Reading {
  return { fault: { key, ...fault } };
}

const pathKeys = new Set(["certificate-authority", "client-certificate", "client-key", "tokenFile"]);

// Paths in a kubeconfig are relative to its folder, which the provider does not know: it gets the text alone.
function withAbsolutePaths(entries: Readonly<Record<string, unknown>>, folder: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entries).map(([key, value]) =>
      pathKeys.has(key) && typeof value === "string" && !isAbsolute(value) ? [key, join(folder, value)] : [key, value],
    ),
  );
}
