import { deployment, object, type KubernetesObject } from "./objects.js";

/** A data store as the platform labels it. */
export function store(kind = "redis"): KubernetesObject {
  return object("StatefulSet", deployment().spec, {
    metadata: { name: kind, namespace: "agents", labels: { "agent-platform.io/store": kind } },
  });
}

/** A job that backs Redis up, with what its annotations say of the backups. */
export function backup(
  annotations: Readonly<Record<string, unknown>> = {},
  schedule: unknown = "0 */6 * * *",
): KubernetesObject {
  const said = { "agent-platform.io/store": "redis", "agent-platform.io/retention-days": "7", ...annotations };
  const labels = { "agent-platform.io/backup": "true" };
  return object(
    "CronJob",
    { schedule },
    { metadata: { name: "redis-backup", namespace: "agents", labels, annotations: said } },
  );
}
