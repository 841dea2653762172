import { KubernetesObjectApi } from "@kubernetes/client-node";
import { ExitCode, messageOf, PlatformError, type Fault } from "../../../common/errors.js";
import { readKubeconfig } from "../../../operations/kubeconfig.js";
import { toResource } from "../../../policy/model/resource.js";
import { isPlain, type Plain } from "../../../policy/model/values.js";
import { PlatformView, type PlatformFacts } from "../../../policy/model/view.js";
import type { Source } from "../run.js";

/** What the rule book reads of a live cluster. Secrets are not among it: their names are enough. */
const KINDS: readonly (readonly [string, string])[] = [
  ["v1", "Namespace"],
  ["v1", "Pod"],
  ["v1", "Service"],
  ["v1", "ConfigMap"],
  ["v1", "ServiceAccount"],
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["apps/v1", "DaemonSet"],
  ["apps/v1", "ReplicaSet"],
  ["batch/v1", "Job"],
  ["batch/v1", "CronJob"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
  ["policy/v1", "PodDisruptionBudget"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["networking.k8s.io/v1", "Ingress"],
  ["rbac.authorization.k8s.io/v1", "Role"],
  ["rbac.authorization.k8s.io/v1", "ClusterRole"],
  ["rbac.authorization.k8s.io/v1", "RoleBinding"],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
  ["argoproj.io/v1alpha1", "Rollout"],
  ["postgresql.cnpg.io/v1", "Cluster"],
  ["postgresql.cnpg.io/v1", "ScheduledBackup"],
  ["monitoring.coreos.com/v1", "ServiceMonitor"],
  ["monitoring.coreos.com/v1", "PodMonitor"],
  ["monitoring.coreos.com/v1", "PrometheusRule"],
  ["keda.sh/v1alpha1", "ScaledObject"],
  ["velero.io/v1", "Schedule"],
];

const PAGE = 500;

export interface ClusterOptions {
  readonly context: string;
  readonly kubeconfig?: string | undefined;
}

/** Lists objects of one kind over all namespaces; injected in tests. */
export type Lister = (apiVersion: string, kind: string) => Promise<readonly unknown[]>;

/**
 * The view of a live cluster.
 * @throws PlatformError exit code 2 where the context does not exist or the API server cannot be reached.
 */
export async function viewOfCluster(options: ClusterOptions, facts: PlatformFacts): Promise<Source> {
  return viewOfObjects(await listerOf(options), options.context, facts);
}

/**
 * Kinds that the API server does not know are left out; those that it refuses to list are faults, and checks that ask for
 * them conclude nothing.
 */
export async function viewOfObjects(list: Lister, context: string, facts: PlatformFacts): Promise<Source> {
  const faults: Fault[] = [];
  const unread = new Set<string>();
  const objects: Plain[] = [];
  for (const [apiVersion, kind] of KINDS) {
    try {
      const items = await list(apiVersion, kind);
      // A list's items leave out what the list itself says.
      for (const item of items) if (isPlain(item)) objects.push({ ...item, apiVersion, kind });
    } catch (thrown) {
      const fault = faultOf(thrown, { context, kind });
      if (!fault) continue;
      faults.push(fault);
      unread.add(kind);
    }
  }
  const resources = objects.flatMap((object) => toResource({ object, origin: {} }) ?? []);
  return { view: new PlatformView(resources, [], unread.size > 0 ? { ...facts, unread } : facts), faults };
}

function faultOf(thrown: unknown, { context, kind }: { context: string; kind: string }): Fault | undefined {
  const code = (thrown as { code?: unknown }).code;
  // "Unrecognized API version and kind" is how the client says that the API server does not serve a kind.
  if (code === 404 || /unrecognized api version and kind/i.test(messageOf(thrown))) return undefined;
  if (code === 403) {
    return {
      path: `${context} ${kind}`,
      rule: "may not be listed by this user",
      fix: "grant list on it; checks that need it say n/a",
    };
  }
  if (thrown instanceof PlatformError) throw thrown;
  throw new PlatformError(`the cluster of context ${context} cannot be read`, ExitCode.configuration, [
    {
      path: `--context ${context}`,
      rule: messageOf(thrown).split("\n")[0] ?? "",
      fix: "check the address, the credentials and the network",
    },
  ]);
}

async function listerOf({ context, kubeconfig }: ClusterOptions): Promise<Lister> {
  const api = KubernetesObjectApi.makeApiClient(await readKubeconfig(kubeconfig, context));
  return async (apiVersion, kind) => {
    const items: unknown[] = [];
    let next: string | undefined;
    do {
      const { items: page, metadata } = await listPage(api, { apiVersion, kind, next });
      items.push(...page);
      next = metadata?._continue;
    } while (next !== undefined && next !== "");
    return items;
  };
}

interface Page {
  readonly apiVersion: string;
  readonly kind: string;
  readonly next: string | undefined;
}

function listPage(api: KubernetesObjectApi, { apiVersion, kind, next }: Page): ReturnType<KubernetesObjectApi["list"]> {
  return api.list(apiVersion, kind, undefined, undefined, undefined, undefined, undefined, undefined, PAGE, next);
}
