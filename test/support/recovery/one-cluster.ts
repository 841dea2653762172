import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kubeconfig } from "../../../operations/local/servers/region/access.js";
import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";
import { installDefinitions, readDefinitions } from "../../../operations/local/servers/region/crds.js";
import type { ActionContext } from "../../../operations/recovery/action.js";
import type { Site } from "../../../operations/recovery/site/site.js";
import { startRegion, type Region } from "../servers/region/region.js";

export const NAMESPACE = "agent-memory";
export const SERVICE = "agent-memory-service";
const labels = { app: "agent-memory", component: "api" };

/** What of the service a recovery touches: simulated pods on a real control plane. */
export async function deployService(api: KubeApi, replicas = 1): Promise<void> {
  await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  const service = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: SERVICE, namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "agent-api", image: "agent:1.0.0" }] } },
    },
  };
  // A recovery of an earlier test may have scaled it: its replicas are the recovery's then.
  await api.apply(service, { force: true });
}

/** One region with the definitions of CloudNativePG alone, and the service in it. */
export async function regionWithDatabases(name: string): Promise<Region> {
  const region = await startRegion(name);
  const own = (await readDefinitions()).filter(({ metadata }) => metadata.name.endsWith(".postgresql.cnpg.io"));
  await installDefinitions(region.api, own);
  await deployService(region.api, 2);
  return region;
}

export const clusterObject = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: { name, namespace: NAMESPACE },
  spec: { instances: 3, storage: { size: "10Gi" }, ...spec },
});

/** What CloudNativePG's operator would say of a Cluster: it does not run here. */
export async function sayReady(api: KubeApi, name: string, readyInstances: number): Promise<void> {
  await api.mergePatch(clusterObject(name), { status: { readyInstances } }, "status");
}

/** A kubeconfig that speaks for a service account without any right but what it is granted. */
export async function strangerIn({ api, folder, name }: Region, account: string): Promise<string> {
  const metadata = { name: account, namespace: NAMESPACE };
  await api.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata });
  const { status } = await api.must<{ status: { token: string } }>(
    "POST",
    `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${account}/token`,
    { body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} } },
  );
  const file = join(folder, `${account}-kubeconfig`);
  const access = { server: api.access.server, caFile: join(folder, "certificates", "apiserver.crt") };
  await writeFile(file, kubeconfig(name, { ...access, token: status.token }), { mode: 0o600 });
  return file;
}

/** Lets the account do everything in the namespace. */
export async function grant(api: KubeApi, account: string): Promise<void> {
  const rbac = "rbac.authorization.k8s.io";
  await api.apply({
    apiVersion: `${rbac}/v1`,
    kind: "RoleBinding",
    metadata: { name: account, namespace: NAMESPACE },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", name: account, namespace: NAMESPACE }],
  });
}

/** What an action of a test's run is given. */
export const contextOf = (site: Site, facts: ActionContext["facts"] = {}): ActionContext => ({
  site,
  runId: "20261128-000000-security-breach-1f2e",
  planId: "security-breach",
  stepId: "restore-database",
  key: "key",
  from: "us-east-1",
  to: "us-east-1",
  facts,
  forced: [],
  drill: false,
  contacts: [],
  startedAt: new Date().toISOString(),
  signal: new AbortController().signal,
});
