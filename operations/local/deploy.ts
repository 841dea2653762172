import { messageOf, PlatformError, ExitCode } from "../../common/errors.js";
import { poll } from "../../common/poll.js";
import { identityOf, keepFormer, readFormer, removeObjects, without } from "./former.js";
import type { RunningRegion } from "./region.js";
import { awaitServed, installDefinitions, readDefinitions } from "./servers/region/crds.js";
import type { KubeApi, KubeObject } from "./servers/region/api.js";
import { archiveOf } from "./system/postgres-archive.js";
import { isCluster } from "./system/postgres-cluster.js";
import { postgresStandIn, type Replication } from "./system/postgres.js";
import { PROVISIONER } from "./system/volumes.js";

/** Definitions that only a cloud's own clusters have. */
const CLOUD_GROUPS = ["net.gke.io", "networking.gke.io", "cloud.google.com", "eks.amazonaws.com"];
const FIRST = ["Namespace", "CustomResourceDefinition", "StorageClass", "ServiceAccount", "Secret", "ConfigMap"];

export interface Deployment {
  /** Objects that are now in the cluster. */
  readonly applied: number;
  /** Objects of an earlier configuration that are not in this one, and are gone now. */
  readonly removed: number;
  /** What was left out, with the reason. */
  readonly left: readonly { readonly object: string; readonly reason: string }[];
}

const groupOf = ({ apiVersion }: KubeObject): string =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
const nameOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;

function inOrder(objects: readonly KubeObject[]): KubeObject[] {
  const rank = ({ kind }: KubeObject): number => (FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length);
  return [...objects].sort((a, b) => rank(a) - rank(b));
}

/** Namespaces that charts bring, and that objects beside them are in. */
async function createNamespaces(api: KubeApi, objects: readonly KubeObject[]): Promise<void> {
  const own = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
  const used = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  for (const name of used) {
    if (own.includes(name) || name === "default" || name.startsWith("kube-")) continue;
    await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, { manager: "charts" });
  }
}

interface Claims {
  readonly volumeClaimTemplates?: readonly { readonly spec: { readonly storageClassName?: string } }[];
}

/** The classes of the volumes that workloads will claim, each provisioned by a folder of the pod's node. */
async function createStorageClasses(api: KubeApi, objects: readonly KubeObject[]): Promise<void> {
  const claims = objects.flatMap(({ kind, spec }) =>
    kind === "StatefulSet" ? ((spec as Claims).volumeClaimTemplates ?? []) : [],
  );
  for (const name of new Set(claims.map(({ spec }) => spec.storageClassName ?? "standard"))) {
    await api.apply({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name },
      provisioner: PROVISIONER,
      volumeBindingMode: "WaitForFirstConsumer",
    });
  }
}

/** PostgreSQL's operator cannot be had here: one plain server of the same names does its Cluster's work. */
export function standInsFor(objects: readonly KubeObject[], replication?: Replication): KubeObject[] {
  return objects
    .filter(isCluster)
    .flatMap((cluster) => postgresStandIn(cluster, { replication, archive: archiveOf(cluster, objects) }));
}

/** Installs the definitions of what charts would bring, where none are there yet. */
export async function provideDefinitions(api: KubeApi): Promise<void> {
  const present = await api.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
  if (present.length === 0) await installDefinitions(api, await readDefinitions());
}

/** Applies an object, again where the API server gave no answer in time. Gives the refusal, where it was refused. */
async function applyPatiently(api: KubeApi, object: KubeObject): Promise<string | undefined> {
  const { refusal } = await poll(
    async () => {
      try {
        await api.apply(object);
        if (object.kind === "CustomResourceDefinition") await awaitServed(api, [object]);
        return { refusal: undefined };
      } catch (thrown) {
        if (thrown instanceof PlatformError) return { refusal: messageOf(thrown) };
        throw thrown;
      }
    },
    { what: `${nameOf(object)} to be applied`, timeoutMs: 120_000, intervalMs: 500 },
  );
  return refusal;
}

/**
 * Applies what a stack renders for one region to its local cluster. Charts and clouds are left out, and said so; what
 * waits for its stores waits for them here too. With a folder to note it in, what an earlier call applied and this one
 * has not is removed; without `replication`, no database follows another region's.
 * @throws PlatformError with every refusal, where the API server refused any.
 */
export async function deployRegion(
  region: RunningRegion,
  rendered: readonly KubeObject[],
  { folder, replication }: { readonly folder?: string; readonly replication?: Replication | undefined } = {},
): Promise<Deployment> {
  const { api } = region;
  await provideDefinitions(api);
  const absent = new Map(CLOUD_GROUPS.map((group) => [group, "only the cloud's own clusters have this kind"]));
  const objects = inOrder([...rendered, ...standInsFor(rendered, replication)]);
  const former = folder === undefined ? [] : await readFormer(folder, region.name);
  const gone = without(former, objects);
  if (folder !== undefined) await keepFormer(folder, region.name, [...gone, ...objects.map(identityOf)]);
  await createNamespaces(api, objects);
  await createStorageClasses(api, objects);
  const refused: string[] = [];
  const left: { object: string; reason: string }[] = [];
  let applied = 0;
  for (const object of objects) {
    const reason = absent.get(groupOf(object));
    if (reason !== undefined) {
      left.push({ object: nameOf(object), reason });
      continue;
    }
    const refusal = await applyPatiently(api, object);
    if (refusal === undefined) applied += 1;
    else refused.push(refusal);
  }
  if (refused.length > 0) throw new PlatformError(`${region.name}: ${refused.join("\n  ")}`, ExitCode.resource);
  await removeObjects(api, gone);
  if (folder !== undefined) await keepFormer(folder, region.name, objects.map(identityOf));
  return { applied, removed: gone.length, left };
}

/** A Deployment or StatefulSet, by whatever client it was read. */
export interface Workload {
  readonly metadata?: { readonly name?: string; readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly observedGeneration?: number;
  };
}

/** How many pods of a workload are ready, as they were last asked for. */
export function readinessOf({ metadata, spec, status }: Workload) {
  const { readyReplicas = 0, updatedReplicas = 0, observedGeneration = 0 } = status ?? {};
  const { name = "", generation = 0 } = metadata ?? {};
  const ready = observedGeneration < generation ? 0 : Math.min(readyReplicas, updatedReplicas);
  return { name, ready, wanted: spec?.replicas ?? 1 };
}

export type Readiness = ReturnType<typeof readinessOf>;

/** How many pods of each Deployment and StatefulSet of a namespace are ready. */
export async function workloads(api: KubeApi, namespace: string): Promise<Readiness[]> {
  const found = [
    ...(await api.list("apps/v1", "Deployment", { namespace })),
    ...(await api.list("apps/v1", "StatefulSet", { namespace })),
  ];
  return found.map((object) => readinessOf(object as Workload));
}

/** Waits until every workload of a namespace has all of its pods ready. */
export async function awaitWorkloads(region: RunningRegion, namespace: string): Promise<void> {
  await poll(
    async () => {
      const waiting = (await workloads(region.api, namespace)).filter(({ ready, wanted }) => ready < wanted);
      if (waiting.length === 0) return true;
      throw new Error(waiting.map(({ name, ready, wanted }) => `${name} ${ready} of ${wanted}`).join(", "));
    },
    { what: `the workloads of ${region.name} to be ready`, timeoutMs: 300_000, intervalMs: 1000 },
  );
}
