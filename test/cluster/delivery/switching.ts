import { poll } from "../../../common/poll.js";
import type { DeliveryConfig } from "../../../config/schema/delivery.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import type { DeliveryObjects } from "../../support/delivery/objects.js";
import type { Stand } from "./stand.js";

type Strategy = DeliveryConfig["strategy"];

const keyOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;

const listOf = ({ identity, services, analyses, workloads, weights, routes, autoscaler }: DeliveryObjects) => [
  identity,
  ...services,
  ...analyses,
  weights,
  ...workloads,
  routes,
  autoscaler,
];

interface Served {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly observedGeneration?: number | string;
  };
}

/** What Pulumi awaits of a workload: the Deployment's own readiness, and the Rollout's condition that its annotation names. */
async function untilAvailable({ api }: Stand, { apiVersion, kind, metadata }: KubeObject): Promise<void> {
  await poll(
    async () => {
      const object = await api.get(apiVersion, kind, metadata);
      const { conditions = [], observedGeneration } = (object as Served).status ?? {};
      const available = conditions.some(({ type, status }) => type === "Available" && status === "True");
      return available && String(observedGeneration) === String(object.metadata.generation) ? true : undefined;
    },
    { what: `${kind} ${metadata.name} to be available`, timeoutMs: 120_000, intervalMs: 100 },
  );
}

/**
 * Changes the strategy as `pulumi up` does: what is new is created in the order of its dependencies, what remains is
 * updated but for the fields that are ignored, and what is no longer wanted goes last.
 */
export async function switchStrategy(stand: Stand, strategy: Strategy): Promise<void> {
  const before = listOf(stand.objects);
  const had = new Set(before.map(keyOf));
  stand.configure(strategy);
  const objects = stand.objects;
  const { services, analyses, workloads, weights, routes, autoscaler } = objects;
  const isManaged = strategy === "progressive" || strategy === "blueGreen";
  const created = services.filter((service) => !isManaged || !had.has(keyOf(service)));
  for (const object of [...created, ...analyses]) await stand.api.apply(object);
  const weightsFirst = strategy === "progressive";
  if (weightsFirst && !had.has(keyOf(weights))) await stand.api.apply(weights);
  for (const workload of workloads) await stand.api.apply(workload);
  for (const workload of workloads) await untilAvailable(stand, workload);
  if (!weightsFirst) await stand.api.apply(weights);
  for (const object of [routes, autoscaler]) await stand.api.apply(object);
  const wanted = new Set(listOf(objects).map(keyOf));
  for (const object of before.reverse()) if (!wanted.has(keyOf(object))) await stand.api.remove(object);
}
