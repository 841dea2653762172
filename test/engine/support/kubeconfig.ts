import { readFile, writeFile } from "node:fs/promises";
import { parse, stringify } from "yaml";

type Named<T> = readonly (T & { name: string })[];

interface Kubeconfig {
  readonly clusters: Named<object>;
  readonly users: Named<object>;
}

/** Name of a context in it, by the cluster's place. */
export const contextName = (index: number): string => `kind-${"ab"[index] ?? String(index)}`;

/** One kubeconfig with a context for each of several clusters, as kind writes it. */
export async function writeKubeconfig(file: string, kubeconfigs: readonly string[]): Promise<void> {
  const [clusters, users, contexts]: [object[], object[], object[]] = [[], [], []];
  for (const [index, path] of kubeconfigs.entries()) {
    const read = parse(await readFile(path, "utf8")) as Kubeconfig;
    const name = contextName(index);
    clusters.push({ ...read.clusters[0], name });
    users.push({ ...read.users[0], name });
    contexts.push({ name, context: { cluster: name, user: name } });
  }
  await writeFile(file, stringify({ apiVersion: "v1", kind: "Config", clusters, users, contexts }), { mode: 0o600 });
}
