import { request } from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
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

/** What is followed: a kind in a namespace, or one object of it. */
export interface Watched {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name?: string;
}

/** One version of an object, or its end. */
export interface Change {
  readonly object: KubeObject;
  readonly deleted: boolean;
  /** The store's revision: it orders the changes of all kinds. */
  readonly revision: number;
}

const changeOf = (object: KubeObject, deleted: boolean): Change => ({
  object,
  deleted,
  revision: Number(object.metadata.resourceVersion),
});

/**
 * Follows objects from their present versions on. A watch that breaks is taken up where it was, so no version is missed.
 * @returns what ends the watch.
 */
export async function watchObjects(
  api: KubeApi,
  { apiVersion, kind, namespace, name }: Watched,
  onChange: (change: Change) => void,
): Promise<() => void> {
  const path = await api.path(apiVersion, kind, { namespace });
  const fieldSelector = name === undefined ? "" : `metadata.name=${name}`;
  const { items, metadata } = await api.must<{ items: KubeObject[]; metadata: { resourceVersion: string } }>(
    "GET",
    path,
    { query: { fieldSelector } },
  );
  for (const item of items) onChange(changeOf({ ...item, apiVersion, kind }, false));
  const url = new URL(path, api.access.server);
  url.searchParams.set("watch", "true");
  url.searchParams.set("fieldSelector", fieldSelector);
  url.searchParams.set("resourceVersion", metadata.resourceVersion);
  const onEvent = ({ type, object }: WatchEvent): void => {
    if (type === "BOOKMARK" || type === "ERROR") return;
    url.searchParams.set("resourceVersion", object.metadata.resourceVersion ?? "");
    onChange(changeOf(object, type === "DELETED"));
  };
  const ended = new AbortController();
  const follow = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await watchOnce(api, url, { onEvent, signal: ended.signal });
      await sleep(100);
    }
  };
  void follow();
  return () => ended.abort();
}
