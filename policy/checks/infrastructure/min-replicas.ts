import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment } from "../../engine/result.js";
import type { Resource, Subject } from "../../model/resource.js";
import { databasesOf } from "../../model/evidence.js";
import { at, isUnknown, number as numberOf, type Unknown } from "../../model/values.js";
import type { PlatformView } from "../../model/view.js";
import type { Workload } from "../../model/workload.js";
import { replicated } from "../support/subjects.js";

interface Counted extends Subject {
  readonly workload?: Workload;
  readonly scaler?: Resource;
  readonly database?: Resource;
}

/**
 * Severity high. With one replica every node drain, crash and rollout is an outage. An autoscaler's minimum counts as
 * the number of replicas; one whose target is not part of the input is judged alone. So are the instances of a
 * CloudNativePG cluster. Outside production one replica is enough. Source: R1 (replica count).
 */
export const minReplicas = defineCheck<Counted>({
  id: "min-replicas",
  title: "At least two replicas in production",
  category: "infrastructure",
  severity: "high",
  scope: "stack",
  why: "With one replica, every drain, crash or rollout is down time.",
  remediation: "Set spec.replicas, or the autoscaler's minReplicas, to at least 2.",
  link: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas",
  parameters: {
    minimum: { type: "integer", default: 2, description: "Fewest replicas in production." },
  },
  subjects: (view) => [
    ...replicated(view).map((workload) => ({ ...workload, workload })),
    ...withoutTarget(view).map((scaler) => ({ ...scaler, scaler })),
    ...databasesOf(view).map((database) => ({ ...database, database })),
  ],
  judge: ({ workload, scaler: alone, database }, { view, number }) => {
    const { relations } = view;
    const scaler = workload ? relations.autoscalerOf(workload) : alone;
    const replicas = scaler
      ? relations.minimumOf(scaler)
      : ((database ? instancesOf(database) : workload?.replicas) ?? 1);
    if (isUnknown(replicas)) return unknownUntilDeployment("the number of replicas");
    const owner = scaler?.id;
    const counted = owner === undefined ? `${replicas} replicas` : `${replicas} replicas at least, by ${owner}`;
    if (replicas >= number("minimum")) return pass(counted);
    if (view.environment !== "production") return notApplicable(`${counted}; not asked of ${view.environment}`);
    return fail(`${counted}, fewer than ${number("minimum")}`);
  },
});

function instancesOf({ body }: Resource): number | Unknown | undefined {
  const instances = at(body, "spec", "instances");
  return isUnknown(instances) ? instances : numberOf(instances);
}

/** Autoscalers of workloads that the input does not hold: what is known of their replicas is the minimum. */
function withoutTarget(view: PlatformView): readonly Resource[] {
  const used = new Set(replicated(view).flatMap((workload) => view.relations.autoscalerOf(workload) ?? []));
  return view.ofKind("HorizontalPodAutoscaler", "ScaledObject").filter((scaler) => !used.has(scaler));
}
