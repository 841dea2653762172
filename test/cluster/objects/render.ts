import { runStack } from "../../../cli/preview/run-stack.js";
import type { RecordedResource } from "../../../cli/preview/recording.js";
import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";

/** What a stack renders for one of its clusters. */
export interface RenderedRegion {
  /** Name of the cluster's provider in the program. */
  readonly provider: string;
  readonly objects: readonly KubeObject[];
}

const isObject = ({ type, custom }: RecordedResource): boolean =>
  custom && type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/");

/** Everything that a stack makes of Kubernetes objects, per cluster in the order of its regions. */
export async function renderStack(stack: string): Promise<RenderedRegion[]> {
  const { resources } = await runStack(stack);
  const byProvider = new Map<string, KubeObject[]>();
  for (const resource of resources.filter(isObject)) {
    const provider = resource.provider ?? "";
    const objects = byProvider.get(provider) ?? [];
    objects.push(structuredClone(resource.inputs) as KubeObject);
    byProvider.set(provider, objects);
  }
  return [...byProvider].map(([provider, objects]) => ({ provider, objects }));
}

/** Groups whose definitions no package holds: a cloud installs them in its own clusters. */
export const CLOUD_GROUPS = ["net.gke.io", "networking.gke.io", "cloud.google.com", "eks.amazonaws.com"];

export function groupOf({ apiVersion }: KubeObject): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** Namespaces and definitions before what is in them, everything else as the program has it. */
export function inOrder(objects: readonly KubeObject[]): KubeObject[] {
  const first = ["Namespace", "CustomResourceDefinition", "StorageClass", "ServiceAccount"];
  const rank = ({ kind }: KubeObject): number => (first.includes(kind) ? first.indexOf(kind) : first.length);
  return [...objects].sort((a, b) => rank(a) - rank(b));
}

/** Creates the namespaces that charts bring (`createNamespace`), and that objects beside them are in. */
export async function createMissingNamespaces(api: KubeApi, objects: readonly KubeObject[]): Promise<string[]> {
  const own = new Set(objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name));
  const used = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  const created: string[] = [];
  for (const name of used) {
    if (own.has(name) || (await api.ask("GET", `/api/v1/namespaces/${name}`)).status === 200) continue;
    await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, { manager: "charts" });
    created.push(name);
  }
  return created;
}
