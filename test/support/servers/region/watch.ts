import { request } from "node:https";
import { createInterface } from "node:readline";
import type { KubeApi, KubeObject } from "./api.js";

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: KubeObject;
}

/** Follows one object, so that no version of it is missed; returns what ends the watch. */
export async function watchObject(
  api: KubeApi,
  object: KubeObject,
  onVersion: (version: KubeObject) => void,
): Promise<() => void> {
  const { namespace = "default", name } = object.metadata;
  const path = await api.path(object.apiVersion, object.kind, { namespace });
  const url = new URL(path, api.access.server);
  url.searchParams.set("watch", "true");
  url.searchParams.set("fieldSelector", `metadata.name=${name}`);
  const headers = { authorization: `Bearer ${api.access.token}`, accept: "application/json" };
  const asked = request(url, { headers, ca: api.access.certificateAuthority, agent: false }, (response) => {
    createInterface({ input: response }).on("line", (line) => {
      const event = JSON.parse(line) as WatchEvent;
      if (event.type === "ADDED" || event.type === "MODIFIED") onVersion(event.object);
    });
    response.on("error", () => undefined);
  });
  // Ended on purpose, or with the server: a test that needs more versions fails on what it has seen.
  asked.on("error", () => undefined);
  asked.end();
  return () => asked.destroy();
}
