import { refuseUnlessForced, type Action, type ActionContext, type Outcome } from "../action.js";
import { openCluster, type Cluster, type KubeObject, type ObjectName } from "../cluster.js";
import { openDatabase } from "../database.js";
import { askHttp } from "../probe.js";
import { poll } from "../../../common/poll.js";
import type { Site, SiteRegion } from "../site/site.js";

export function regionOf(site: Site, key: string): SiteRegion {
  const region = site.regions[key];
  if (region === undefined) throw new Error(`the site has no region ${key}`);
  return region;
}

/** Everything that is wrong with the standby; empty where it can take over. */
async function faultsOf({ site, to }: ActionContext): Promise<{ readonly faults: string[]; readonly good: string[] }> {
  const region = regionOf(site, to);
  const faults: string[] = [];
  const good: string[] = [];
  const endpoint = await askHttp(site, "endpoint", new URL(site.healthPath, region.url).href);
  (endpoint.verdict === "up" ? good : faults).push(`endpoint ${endpoint.verdict} (${endpoint.detail})`);
  if (region.kubeconfig !== undefined) {
    const server = await (await openCluster(region, site.namespace)).ready(5_000);
    (server.verdict === "up" ? good : faults).push(`API server ${server.verdict} (${server.detail})`);
  }
  try {
    const standing = await (await openDatabase(site, to))?.standing();
    if (standing !== undefined) (standing.healthy ? good : faults).push(`database ${standing.detail}`);
  } catch (thrown) {
    faults.push(`database: ${(thrown as Error).message.split("\n").slice(0, 2).join(" ")}`);
  }
  return { faults, good };
}

export const checkStandby: Action = {
  summary: "check that the standby can take over: endpoint, API server, database",
  effects: ({ to }) => [`endpoint, API server and database of ${to}: read only`],
  run: async (context) => {
    const { faults, good } = await faultsOf(context);
    if (faults.length === 0) return { summary: `${context.to} is healthy: ${good.join(", ")}` };
    return {
      summary: refuseUnlessForced(context, "standby-unhealthy", `${context.to} is not healthy: ${faults.join(", ")}`),
    };
  },
};

export const promoteStandby: Action = {
  summary: "make the standby's database writable",
  effects: ({ site, to }) => [
    regionOf(site, to).database === undefined
      ? `${to} has no database in the site file: nothing to promote`
      : `database of ${to}: replica becomes primary`,
  ],
  run: async ({ site, to, facts }): Promise<Outcome> => {
    const database = await openDatabase(site, to);
    if (database === undefined) return { summary: `${to} has no database in the site file: nothing to promote` };
    const before = await database.standing();
    const commands = await database.promote();
    await poll(
      async () => {
        const { role, healthy } = await database.standing();
        return role === "primary" && healthy ? true : undefined;
      },
      { what: `${database.name} to be writable`, intervalMs: 500, timeoutMs: 240_000 },
    );
    const replayedTo = before.replayedTo ?? facts.replayedTo;
    return {
      summary: commands.length === 0 ? `${database.name} was primary already` : `${database.name} is primary now`,
      commands,
      facts: { promotedAt: new Date().toISOString(), ...(replayedTo === undefined ? {} : { replayedTo }) },
    };
  },
};

interface Workload extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly availableReplicas?: number };
}

/** The service's workload in a region: a Rollout where the strategy has one, else a Deployment. */
export async function findWorkload(
  cluster: Cluster,
  name: string,
): Promise<{ readonly ref: ObjectName; readonly object: Workload }> {
  const kinds = [
    { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" },
    { apiVersion: "apps/v1", kind: "Deployment" },
  ];
  for (const kind of kinds) {
    const ref = { ...kind, name };
    const object = await cluster.get(ref);
    if (object !== undefined) return { ref, object };
  }
  throw new Error(`there is neither a Rollout nor a Deployment ${name}`);
}

export const scaleStandby: Action = {
  summary: "give the standby the replicas that all traffic needs, before traffic comes",
  effects: ({ site, to }) => [
    regionOf(site, to).kubeconfig === undefined
      ? `${to} has no kubeconfig in the site file: nothing to scale`
      : `${site.namespace}/${site.service} in ${to}: at least ${regionOf(site, to).replicas} replicas`,
  ],
  run: async ({ site, to }): Promise<Outcome> => {
    const region = regionOf(site, to);
    if (region.kubeconfig === undefined)
      return { summary: `${to} has no kubeconfig in the site file: nothing to scale` };
    const cluster = await openCluster(region, site.namespace);
    const { ref, object } = await findWorkload(cluster, site.service);
    const wanted = Math.max(region.replicas, object.spec?.replicas ?? 0);
    const commands: string[] = [];
    if ((object.spec?.replicas ?? 0) < wanted) {
      await cluster.merge(ref, { spec: { replicas: wanted } });
      commands.push(`kubectl -n ${site.namespace} scale ${ref.kind.toLowerCase()} ${ref.name} --replicas=${wanted}`);
    }
    const available = await poll(
      async () => {
        const { object: now } = await findWorkload(cluster, site.service);
        const count = now.status?.availableReplicas ?? 0;
        return count >= wanted ? count : undefined;
      },
      { what: `${wanted} available replicas of ${site.service} in ${to}`, intervalMs: 1_000, timeoutMs: 240_000 },
    );
    return { summary: `${available} replicas available in ${to}`, commands, facts: { replicas: available } };
  },
};
