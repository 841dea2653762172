import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AddonConfig } from "../../config/schema/addons.js";
import type { StackConfig } from "../../config/schema/stack.js";
import type { ClusterTarget } from "../clusters/cluster.js";

/** What every add-on gets. */
export interface AddonContext {
  /** Prefix of the add-on's resources, such as `addons-us-east-1`. */
  readonly name: string;
  readonly cluster: ClusterTarget;
  readonly config: StackConfig;
  /** The component that the add-on's resources belong to. */
  readonly parent: pulumi.Resource;
  /** The namespaces that the program makes for add-ons, by name. */
  readonly namespaces: Readonly<Record<string, pulumi.Resource>>;
}

/**
 * What an object in an add-on's namespace waits for: the namespace, or the cluster where that was there before. No more
 * than that: when a deletion fails, the engine walks every path of dependencies, and lists of everything that went
 * before had it walk millions of them.
 */
export function foundation({ cluster, namespaces }: AddonContext, namespace: string): Installed {
  const own = namespaces[namespace];
  return own === undefined ? cluster.ready : [own];
}

/** What an add-on leaves behind: nothing where it was there before. */
export type Installed = readonly pulumi.Resource[];

export interface ChartRequest {
  readonly addon: AddonConfig;
  /** Name of the Helm release, and of the Pulumi resource after the context's name. */
  readonly release: string;
  readonly chart: string;
  /** Chart values; where a value is an Output, Helm's values are known at deploy only. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Seconds until an installation that is not healthy is rolled back; default 600. */
  readonly timeoutSeconds?: number;
  readonly dependsOn?: readonly pulumi.Resource[];
}

/** Where Helm finds a chart: in a repository by URL, in a registry, or in a folder of charts. */
export function chartLocation(
  repository: string,
  chart: string,
): { readonly chart: string; readonly repositoryOpts?: { readonly repo: string } } {
  return /^https?:\/\//.test(repository)
    ? { chart, repositoryOpts: { repo: repository } }
    : { chart: `${repository.replace(/\/+$/, "")}/${chart}` };
}

/**
 * Installs a chart as `helm.v3.Release`: hooks run, a failed installation is rolled back, and the objects in it belong
 * to Helm. (`helm.v4.Chart` would drop the hooks and needs a reachable cluster in a preview.)
 */
export function installChart(context: AddonContext, request: ChartRequest): k8s.helm.v3.Release {
  const { name, cluster, parent } = context;
  return new k8s.helm.v3.Release(
    `${name}-${request.release}`,
    {
      name: request.release,
      namespace: request.addon.namespace,
      ...chartLocation(request.addon.repository, request.chart),
      version: request.addon.version,
      values: { ...request.values },
      createNamespace: false,
      atomic: true,
      cleanupOnFail: true,
      maxHistory: 5,
      timeout: request.timeoutSeconds ?? 600,
    },
    {
      parent,
      provider: cluster.provider,
      dependsOn: [...foundation(context, request.addon.namespace), ...(request.dependsOn ?? [])],
    },
  );
}
