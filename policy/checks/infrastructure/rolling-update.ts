import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import { at, holdsUnknown, isUnknown, record, shown } from "../../model/values.js";
import type { Workload } from "../../model/workload.js";
import { longRunning } from "../support/subjects.js";

const KINDS = new Set(["Deployment", "StatefulSet", "DaemonSet", "Rollout"]);

/**
 * Severity medium. `Recreate` and `maxUnavailable: 100%` take every pod down at once; `maxSurge` and `maxUnavailable`
 * both 0 never move. Kubernetes' own default (25 % each) passes. Source: R11 (no down time at deploys).
 */
export const rollingUpdate = defineCheck({
  id: "rolling-update",
  title: "Updates replace pods step by step, within bounds",
  category: "infrastructure",
  severity: "medium",
  scope: "resource",
  why: "An update that removes all pods before the new ones serve is down time at every deploy.",
  remediation: "Use RollingUpdate with maxUnavailable 0 (or below 100 %) and a maxSurge of at least 1.",
  link: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy",
  subjects: (view) => longRunning(view).filter((workload) => KINDS.has(workload.kind)),
  judge: (workload) => {
    const field = workload.kind === "Deployment" || workload.kind === "Rollout" ? "strategy" : "updateStrategy";
    const strategy = at(workload.resource.body, "spec", field);
    if (isUnknown(strategy) || holdsUnknown(strategy, 4)) return unknownUntilDeployment(`spec.${field}`);
    return workload.kind === "Rollout" ? judgeRollout(strategy) : judgeStrategy(workload, strategy);
  },
});

function judgeStrategy(workload: Workload, strategy: unknown): Verdict {
  const type = at(strategy, "type") ?? "RollingUpdate";
  if (type === "OnDelete") return warning("OnDelete: nothing is updated until somebody deletes the pods");
  if (type === "Recreate" && workload.replicas === 0) return notApplicable("runs no replicas");
  if (type !== "RollingUpdate") return fail(`the strategy is ${shown(type)}, not RollingUpdate`);
  return judgeBounds(record(at(strategy, "rollingUpdate")));
}

function judgeRollout(strategy: unknown): Verdict {
  if (at(strategy, "blueGreen") !== undefined) return pass("blue-green: the old pods serve until the switch");
  const canary = at(strategy, "canary");
  return canary === undefined
    ? fail("the Rollout has neither a canary nor a blue-green strategy")
    : judgeBounds(record(canary));
}

function judgeBounds({ maxUnavailable, maxSurge }: Readonly<Record<string, unknown>>): Verdict {
  if (maxUnavailable === "100%") return fail("maxUnavailable 100% takes every pod down at once");
  if (isZero(maxUnavailable) && isZero(maxSurge))
    return fail("maxUnavailable and maxSurge are both 0: no pod can move");
  return pass("pods are replaced step by step");
}

function isZero(value: unknown): boolean {
  return value === 0 || value === "0" || value === "0%";
}
