import type { KubeConfig } from "@kubernetes/client-node";
import { PlatformError, type Fault } from "../../../common/errors.js";
import { readKubeconfig } from "../../kubeconfig.js";
import { reasonOf } from "../../reason.js";
import { readinessOf, type Readiness, type Workload } from "../deploy.js";

/** A cluster of somebody else's, such as kind's or k3d's, and what its region of the stack `local` has to know of it. */
export interface ExistingCluster {
  readonly context: string;
  /** Absolute path of the kubeconfig. */
  readonly kubeconfig: string;
  /** Pods' address range; absent where the nodes name none, and the stack's default is taken. */
  readonly podCidr?: string;
  readonly storageClass: string;
}

/** The range of all nodes, a /16 as kind and k3d have it, by the ranges of some. Ranges of version 6 say nothing of it. */
export function clusterRange(nodeCidrs: readonly string[]): string | undefined {
  const wide = nodeCidrs.flatMap((cidr) => /^(\d+\.\d+)\.\d+\.\d+\/(1[6-9]|2\d)$/.exec(cidr)?.[1] ?? []);
  const [first] = wide;
  return first !== undefined && wide.every((one) => one === first) ? `${first}.0.0/16` : undefined;
}

const isDefault = "storageclass.kubernetes.io/is-default-class";

async function look(config: KubeConfig): Promise<{ podCidr?: string; storageClass?: string }> {
  const { CoreV1Api, StorageV1Api } = await import("@kubernetes/client-node");
  const { items: nodes } = await config.makeApiClient(CoreV1Api).listNode();
  const { items: classes } = await config.makeApiClient(StorageV1Api).listStorageClass();
  const podCidr = clusterRange(nodes.flatMap(({ spec }) => spec?.podCIDR ?? []));
  const storageClass = classes.find(({ metadata }) => metadata?.annotations?.[isDefault] === "true")?.metadata?.name;
  return { ...(podCidr !== undefined && { podCidr }), ...(storageClass !== undefined && { storageClass }) };
}

/** A cluster by its context, or the fault that keeps it from being used. */
async function openCluster(kubeconfig: string, context: string): Promise<ExistingCluster | readonly Fault[]> {
  const path = `--context ${context}`;
  let config: KubeConfig;
  try {
    config = await readKubeconfig(kubeconfig, context);
  } catch (thrown) {
    if (thrown instanceof PlatformError && thrown.faults.length > 0) return thrown.faults;
    throw thrown;
  }
  try {
    const { storageClass, ...facts } = await look(config);
    if (storageClass !== undefined) return { context, kubeconfig, storageClass, ...facts };
    const rule = "must have a default storage class, for the stores' volumes";
    return [{ path, rule, fix: `mark one: kubectl annotate storageclass NAME ${isDefault}=true` }];
  } catch (thrown) {
    const rule = `does not answer: ${reasonOf(thrown).split("\n")[0] ?? ""}`;
    return [{ path, rule, fix: "start the cluster, and try `kubectl get nodes` in that context" }];
  }
}

/** Looks at clusters by their contexts, in their order; `faults` is what keeps any of them from being used. */
export async function openClusters(kubeconfig: string, contexts: readonly string[]) {
  const found = await Promise.all(contexts.map(async (context) => await openCluster(kubeconfig, context)));
  const clusters: ExistingCluster[] = [];
  // What is wrong with the file is said once.
  const faults = new Map<string, Fault>();
  for (const one of found) {
    if ("context" in one) clusters.push(one);
    else for (const fault of one) faults.set(`${fault.path} ${fault.rule}`, fault);
  }
  return { clusters, faults: [...faults.values()] };
}

/** How many pods of each Deployment and StatefulSet of a namespace are ready there. */
export async function existingWorkloads(
  { kubeconfig, context }: Pick<ExistingCluster, "kubeconfig" | "context">,
  namespace: string,
): Promise<Readiness[]> {
  const config = await readKubeconfig(kubeconfig, context);
  const { AppsV1Api } = await import("@kubernetes/client-node");
  const api = config.makeApiClient(AppsV1Api);
  const deployments = await api.listNamespacedDeployment({ namespace });
  const statefulSets = await api.listNamespacedStatefulSet({ namespace });
  return [...deployments.items, ...statefulSets.items].map((object: Workload) => readinessOf(object));
}
