import { ExitCode, PlatformError } from "../../../common/errors.js";
import { poll } from "../../../common/poll.js";
import type { ActionContext, Outcome } from "../action.js";
import { openCluster, type Cluster, type KubeObject, type ObjectName } from "../cluster.js";
import { regionOf } from "./standby.js";

const API = "postgresql.cnpg.io/v1";
/** ObjectStore and server name of the region's own archive, as components/data makes them. */
const ARCHIVE = "postgres-archive";
const PLUGIN = "barman-cloud.cloudnative-pg.io";

interface Spec {
  readonly bootstrap?: unknown;
  readonly replica?: unknown;
  readonly plugins?: readonly { readonly name: string; readonly parameters?: Readonly<Record<string, string>> }[];
  readonly managed?: { readonly services?: { readonly additional?: readonly unknown[] } } & Readonly<
    Record<string, unknown>
  >;
  readonly [key: string]: unknown;
}

const refOf = (name: string): ObjectName => ({ apiVersion: API, kind: "Cluster", name });

/** Name of the restored Cluster: short, because pods' names are made of it, and the same for every attempt of a run. */
export const restoredName = (name: string, runId: string): string => `${name}-${runId.slice(-4)}`;

async function open({ site, from }: ActionContext): Promise<Cluster> {
  return await openCluster(regionOf(site, from), site.namespace);
}

async function read(cluster: Cluster, name: string): Promise<KubeObject & { readonly spec: Spec }> {
  const found = await cluster.get(refOf(name));
  if (found === undefined) throw new PlatformError(`there is no Cluster ${name}`, ExitCode.resource);
  return found as KubeObject & { readonly spec: Spec };
}

const without = (object: object, keys: readonly string[]): Spec =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

/** The Cluster that is restored beside the damaged one: the same, from its archive, without its name for clients. */
export function restoredSpec(
  damaged: Spec,
  restored: { readonly name: string; readonly source: string; readonly to: string },
): Spec {
  const same = without(damaged, ["bootstrap", "replica", "externalClusters", "managed"]);
  const archiver = damaged.plugins?.find(({ name }) => name === PLUGIN);
  const parameters = archiver?.parameters ?? {};
  // It archives under a name of its own: two servers that write one archive would spoil it.
  const own = { ...archiver, name: PLUGIN, parameters: { ...parameters, serverName: restored.name } };
  return {
    ...same,
    managed: without(damaged.managed ?? {}, ["services"]),
    plugins: [own, ...(damaged.plugins ?? []).filter(({ name }) => name !== PLUGIN)],
    bootstrap: { recovery: { source: "damaged", recoveryTarget: { targetTime: restored.to } } },
    externalClusters: [
      {
        name: "damaged",
        plugin: {
          name: PLUGIN,
          parameters: {
            barmanObjectName: parameters.barmanObjectName ?? ARCHIVE,
            serverName: parameters.serverName ?? restored.source,
          },
        },
      },
    ],
  };
}

export async function restoreCluster(context: ActionContext, name: string): Promise<Outcome> {
  const cluster = await open(context);
  const damaged = await read(cluster, name);
  const restored = restoredName(name, context.runId);
  const to = String(context.facts.restoreTo);
  const spec = restoredSpec(damaged.spec, { name: restored, source: name, to });
  await cluster.apply({ apiVersion: API, kind: "Cluster", metadata: { name: restored }, spec });
  await awaitReady(cluster, restored, 3_500);
  return {
    summary: `Cluster ${restored} is restored to ${to}`,
    commands: [`kubectl -n ${context.site.namespace} apply Cluster ${restored} (bootstrap.recovery to ${to})`],
    facts: { restoredCluster: restored },
  };
}

async function awaitReady(cluster: Cluster, name: string, seconds: number): Promise<void> {
  await poll(
    async () => {
      const { status } = (await read(cluster, name)) as unknown as {
        status?: { readyInstances?: number; phase?: string };
      };
      if ((status?.readyInstances ?? 0) > 0) return true;
      throw new Error(`it is ${status?.phase ?? "not there yet"}`);
    },
    { what: `Cluster ${name} to be ready`, intervalMs: 1_000, timeoutMs: seconds * 1000 },
  );
}

export async function checkCluster(context: ActionContext, name: string): Promise<Outcome> {
  const restored = restoredName(name, context.runId);
  await awaitReady(await open(context), restored, 60);
  return {
    summary: `Cluster ${restored} is ready; check its tables by the runbook verify-integrity (kubectl cnpg psql ${restored})`,
  };
}

/** Moves the name that clients know from the damaged Cluster to the restored one. */
export async function adoptCluster(context: ActionContext, name: string): Promise<Outcome> {
  const cluster = await open(context);
  const damaged = await read(cluster, name);
  const restored = restoredName(name, context.runId);
  const additional = damaged.spec.managed?.services?.additional;
  const kept = (await cluster.get({ apiVersion: "v1", kind: "ConfigMap", name: `recovery-${restored}` })) as unknown as
    { readonly data?: { readonly services?: string } } | undefined;
  const services = kept?.data?.services ?? JSON.stringify(additional ?? []);
  // Kept before it is taken away, so that an attempt that dies in between knows what to give.
  const metadata = { name: `recovery-${restored}` };
  await cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { services } });
  await cluster.merge(refOf(name), { spec: { managed: { services: { additional: [] } } } });
  await cluster.merge(refOf(restored), {
    spec: { managed: { services: { additional: JSON.parse(services) as unknown } } },
  });
  return {
    summary: `clients find Cluster ${restored} under the name of ${name}, which is kept`,
    commands: [`kubectl -n ${context.site.namespace} patch cluster ${name} / ${restored}: managed.services.additional`],
  };
}
