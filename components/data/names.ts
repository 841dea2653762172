import { marks } from "../contracts.js";
import type { Store } from "../../config/schema/data.js";

/** Where the agent finds each store in its namespace (R2), and the store's usual port. */
export const storeServices: Readonly<Record<Store, { readonly host: string; readonly port: number }>> = {
  postgres: { host: "postgres-service", port: 5432 },
  redis: { host: "redis-service", port: 6379 },
  vector: { host: "vector-service", port: 8080 },
};

/** Name of each store's workload and of its ServiceAccount. */
export const storeWorkloads: Readonly<Record<Store, string>> = {
  postgres: "postgres",
  redis: "redis",
  vector: "weaviate",
};

/** Secret with each store's password or key, and the key within it. */
export const storeSecrets: Readonly<Record<Store, { readonly name: string; readonly key: string }>> = {
  postgres: { name: "postgres-credentials", key: "password" },
  redis: { name: "redis-credentials", key: "password" },
  vector: { name: "vector-credentials", key: "api-key" },
};

/** Labels of a store's pods, by which its Service, policies and budget select them. */
export function storeLabels(store: Store): Record<string, string> {
  return { [marks.store]: store };
}
