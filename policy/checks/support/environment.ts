import type { PlatformView } from "../../model/view.js";
import { at, isUnknown, record, records, text, texts, type Unknown } from "../../model/values.js";
import type { Container, Workload } from "../../model/workload.js";

/** The literal environment of a container: its own entries over those of the ConfigMaps that it takes whole. */
export function environmentOf(
  container: Container,
  workload: Workload,
  view: PlatformView,
): ReadonlyMap<string, string | Unknown> {
  const environment = new Map<string, string | Unknown>();
  for (const source of records(container.spec.envFrom)) {
    const name = text(at(source, "configMapRef", "name"));
    if (name === undefined) continue;
    const { cluster, namespace } = workload.resource;
    const map = view.find({ cluster, kind: "ConfigMap", namespace, name });
    for (const [key, value] of Object.entries(record(at(map?.body, "data")))) put(environment, key, value);
  }
  for (const entry of records(container.spec.env)) {
    const name = text(entry.name);
    if (name !== undefined) put(environment, name, entry.value);
  }
  return environment;
}

function put(environment: Map<string, string | Unknown>, name: string, value: unknown): void {
  if (isUnknown(value) || typeof value === "string") environment.set(name, value);
}

/** The first of these variables that any application container of the workload sets. */
export function variable(
  workload: Workload,
  view: PlatformView,
  pattern: RegExp,
): [string, string | Unknown] | undefined {
  for (const container of workload.containers) {
    if (container.role === "init") continue;
    for (const [name, value] of environmentOf(container, workload, view)) if (pattern.test(name)) return [name, value];
  }
  return undefined;
}

/** Everything that the containers are started with. */
export function argumentsOf(workload: Workload): readonly string[] {
  return workload.containers.flatMap(({ spec }) => [...texts(spec.command), ...texts(spec.args)]);
}

/** A data store by the platform's label, or by its well-known image. */
export function isDataStore(workload: Workload): boolean {
  if (workload.resource.labels["agent-platform.io/store"] !== undefined) return true;
  if (workload.podLabels["agent-platform.io/store"] !== undefined) return true;
  return workload.containers.some(
    ({ role, spec }) => role === "application" && STORE_IMAGE.test(text(spec.image) ?? ""),
  );
}

const STORE_IMAGE =
  /(^|\/)(postgres|postgresql|redis|valkey|mysql|mariadb|mongo|mongodb|weaviate|qdrant|milvus|elasticsearch|opensearch|cassandra|etcd|zookeeper|kafka)([:@-]|$)/;
