import { messageOf } from "../../../common/errors.js";
import { poll } from "../../../common/poll.js";
import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";
import { awaitServed } from "../../../operations/local/servers/region/crds.js";

export const idOf = ({ kind, metadata }: KubeObject): string =>
  `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;

/** Applies all, and gathers every refusal: one run tells everything that is wrong. */
export async function applyAll(api: KubeApi, objects: readonly KubeObject[]): Promise<string[]> {
  const refused: string[] = [];
  for (const object of objects) {
    try {
      await api.apply(object);
      if (object.kind === "CustomResourceDefinition") await awaitServed(api, [object]);
    } catch (thrown) {
      refused.push(messageOf(thrown));
    }
  }
  return refused;
}

/** The one answer other than "unchanged": the controller owns by now what the program hands over to it (`ignoreChanges`). */
const HANDED_OVER = /with 1 conflict: conflict with "rollouts-controller-[^"]+" using \S+: \.spec\.(selector|http)$/;

/**
 * Whether a second apply leaves an object as it is. A controller may write its status between the look and the apply,
 * so a change counts only where it comes again and again.
 */
export async function isStable(api: KubeApi, object: KubeObject): Promise<boolean> {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const before = await api.must("GET", await api.pathOf(object));
    let after: KubeObject;
    try {
      after = await api.apply(object);
    } catch (thrown) {
      if (HANDED_OVER.test(messageOf(thrown))) return true;
      throw thrown;
    }
    if (before.metadata.resourceVersion === after.metadata.resourceVersion) return true;
  }
  return false;
}

/** Removes what was applied, and waits until its namespaces are gone. */
export async function removeAll(
  api: KubeApi,
  objects: readonly KubeObject[],
  namespaces: readonly string[],
): Promise<void> {
  const clusterWide = objects.filter(({ metadata }) => metadata.namespace === undefined);
  for (const object of clusterWide) await api.remove(object);
  for (const name of namespaces) await api.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  const gone = [...namespaces, ...clusterWide.filter(({ kind }) => kind === "Namespace").map((o) => o.metadata.name)];
  await poll(
    async () => {
      const left = (await api.list("v1", "Namespace")).map(({ metadata }) => metadata.name);
      return gone.some((name) => left.includes(name)) ? undefined : true;
    },
    { what: `the namespaces ${gone.join(", ")} to be gone`, timeoutMs: 90_000, intervalMs: 500 },
  );
}
