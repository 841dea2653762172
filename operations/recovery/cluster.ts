import type { KubernetesObject } from "@kubernetes/client-node";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { reasonOf } from "../reason.js";
import { readKubeconfig } from "../kubeconfig.js";
import type { SiteRegion } from "./site/site.js";
import type { Verdict } from "./quorum.js";

/** Any object, as plain data. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

const MANAGER = "agent-platform-recovery";
/** A dead API server must not hold up a recovery: the kernel would wait for minutes. */
const ASK_MS = 15_000;

/** The part of a region's Kubernetes that a recovery touches, in the service's namespace. */
export interface Cluster {
  readonly ready: (timeoutMs: number) => Promise<{ readonly verdict: Verdict; readonly detail: string }>;
  readonly get: (name: ObjectName) => Promise<KubeObject | undefined>;
  readonly list: (kind: Omit<ObjectName, "name">, labelSelector?: string) => Promise<readonly KubeObject[]>;
  /** Server-side apply of the fields that a recovery owns. */
  readonly apply: (object: KubeObject) => Promise<void>;
  /** JSON merge patch. */
  readonly merge: (name: ObjectName, change: object) => Promise<void>;
  readonly remove: (name: ObjectName) => Promise<void>;
}

function codeOf(thrown: unknown): number | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "number" ? thrown.code : undefined;
}

async function within<T>(asked: Promise<T>, what: string, timeoutMs = ASK_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return await Promise.race([asked, late]);
  } catch (thrown) {
    const code = codeOf(thrown);
    const exitCode = code === 401 || code === 403 ? ExitCode.authentication : ExitCode.resource;
    const told = code === undefined ? reasonOf(thrown) : `the API server answered ${code}: ${bodyOf(thrown)}`;
    throw Object.assign(new PlatformError(`${what}: ${told}`, exitCode), { code });
  } finally {
    clearTimeout(timer);
  }
}

function bodyOf(thrown: unknown): string {
  const body = (thrown as { body?: unknown }).body;
  if (typeof body !== "string") return (body as { message?: string }).message ?? reasonOf(thrown);
  try {
    return (JSON.parse(body) as { message?: string }).message ?? reasonOf(thrown);
  } catch {
    // Of a kind that it does not serve, the API server says "404 page not found", and that is no JSON.
    return body.trim();
  }
}

/** In place of a kubeconfig: the cluster in which this process is a pod, by its service account. */
export const inCluster = "in-cluster";

/** Opens a region's cluster by the site's kubeconfig, as kubectl would. */
export async function openCluster(
  region: Pick<SiteRegion, "kubeconfig" | "context">,
  namespace: string,
): Promise<Cluster> {
  if (region.kubeconfig === undefined) {
    throw new PlatformError("the region has no kubeconfig in the site file", ExitCode.configuration);
  }
  // Loaded late: the client takes most of a second, which a status or a mistake should not wait for.
  const k8s = await import("@kubernetes/client-node");
  const own = region.kubeconfig === inCluster;
  const config = own ? new k8s.KubeConfig() : await readKubeconfig(region.kubeconfig, region.context);
  if (own) config.loadFromCluster();
  const api = k8s.KubernetesObjectApi.makeApiClient(config);
  const version = config.makeApiClient(k8s.VersionApi);
  const header = ({ apiVersion, kind, name }: ObjectName) => ({ apiVersion, kind, metadata: { name, namespace } });
  const label = ({ kind, name }: ObjectName): string => `${kind} ${namespace}/${name}`;
  const orMissing = async <T>(asked: Promise<T>, what: string): Promise<T | undefined> =>
    await within(asked, what).catch((thrown: unknown) => {
      if (codeOf(thrown) === 404) return undefined;
      throw thrown;
    });
  return {
    ready: async (timeoutMs) => {
      try {
        const { gitVersion } = await within(version.getCode(), "API server", timeoutMs);
        return { verdict: "up", detail: gitVersion };
      } catch (thrown) {
        // An answer that refuses us is an answer: the server lives.
        const code = codeOf(thrown);
        return code !== undefined && code < 500
          ? { verdict: "up", detail: `HTTP ${code}` }
          : { verdict: "down", detail: reasonOf(thrown) };
      }
    },
    get: async (name) => (await orMissing(api.read(header(name)), label(name))) as unknown as KubeObject | undefined,
    list: async ({ apiVersion, kind }, labelSelector) => {
      const asked = api.list(apiVersion, kind, namespace, undefined, undefined, undefined, undefined, labelSelector);
      const found = await orMissing(asked, `${kind}s of ${namespace}`);
      return (found?.items ?? []).map((item) => ({ ...item, apiVersion, kind }) as unknown as KubeObject);
    },
    apply: async (object) => {
      const body = { ...object, metadata: { namespace, ...object.metadata } } as unknown as KubernetesObject;
      const asked = api.patch(body, undefined, undefined, MANAGER, true, k8s.PatchStrategy.ServerSideApply);
      await within(asked, `${object.kind} ${object.metadata.name}`);
    },
    merge: async (name, change) => {
      const body = { ...header(name), ...change, metadata: { ...header(name).metadata, ...metadataOf(change) } };
      const asked = api.patch(body, undefined, undefined, MANAGER, undefined, k8s.PatchStrategy.MergePatch);
      await within(asked, label(name));
    },
    remove: async (name) => {
      await orMissing(api.delete(header(name)), label(name));
    },
  };
}

function metadataOf(change: object): object {
  return "metadata" in change && typeof change.metadata === "object" ? (change.metadata ?? {}) : {};
}
