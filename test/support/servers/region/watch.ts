import { request } from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { poll } from "../../../../common/poll.js";
import type { KubeApi, KubeObject } from "../../../../operations/local/servers/region/api.js";

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: KubeObject;
}

/** One watch, until the server or the caller ends it. */
async function watchOnce(api: KubeApi, url: URL, given: { onEvent: (event: WatchEvent) => void; signal: AbortSignal }) {
  const headers = { authorization: `Bearer ${api.access.token}`, accept: "application/json" };
  const options = { headers, ca: api.access.certificateAuthority, agent: false, signal: given.signal } as const;
  await new Promise<void>((resolve) => {
    const asked = request(url, options, (response) => {
      const lines = createInterface({ input: response });
      lines.on("line", (line) => given.onEvent(JSON.parse(line) as WatchEvent));
      lines.on("error", resolve);
      response.on("error", resolve);
      response.on("close", resolve);
    });
    asked.on("error", () => resolve());
    asked.end();
  });
}

/**
 * Follows one object from its present version on. A watch that breaks is taken up where it was, so no version is missed.
 * @returns what ends the watch.
 */
export async function watchObject(
  api: KubeApi,
  object: KubeObject,
  onVersion: (version: KubeObject) => void,
): Promise<() => void> {
  const { namespace = "default", name } = object.metadata;
  const ended = new AbortController();
  let last: string | undefined;
  const onEvent = ({ type, object: version }: WatchEvent): void => {
    if (type !== "ADDED" && type !== "MODIFIED") return;
    last = version.metadata.resourceVersion;
    onVersion(version);
  };
  const url = new URL(await api.path(object.apiVersion, object.kind, { namespace }), api.access.server);
  url.searchParams.set("watch", "true");
  url.searchParams.set("fieldSelector", `metadata.name=${name}`);
  const follow = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      if (last !== undefined) url.searchParams.set("resourceVersion", last);
      await watchOnce(api, url, { onEvent, signal: ended.signal });
      await sleep(100);
    }
  };
  void follow();
  await poll(() => last, { what: `the watch of ${name} in ${namespace}`, intervalMs: 50, timeoutMs: 60_000 });
  return () => ended.abort();
}
