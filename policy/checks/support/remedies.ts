import type { Remediation } from "../../engine/check.js";
import { list } from "../../model/values.js";

type Mutable = Record<string, unknown>;

const TEMPLATE_PATHS: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /^kubernetes:(apps|extensions|batch)\/v\w+:(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job)$/,
    ["spec", "template", "spec"],
  ],
  [/^kubernetes:batch\/v\w+:CronJob$/, ["spec", "jobTemplate", "spec", "template", "spec"]],
  [/^kubernetes:core\/v1:Pod$/, ["spec"]],
];

/** A remediation that changes the pod's spec of every workload kind; `undefined` from `change` leaves it alone. */
export function changePodSpec(change: (spec: Mutable) => Mutable | undefined): Remediation {
  return (type, props) => {
    const path = TEMPLATE_PATHS.find(([pattern]) => pattern.test(type))?.[1];
    return path && changeAt(props, path, change);
  };
}

/** A remediation that changes containers and init containers one by one. */
export function changeContainers(change: (container: Mutable) => Mutable | undefined): Remediation {
  return changePodSpec((spec) => {
    const next = { ...spec };
    for (const field of ["containers", "initContainers"]) {
      const replaced = list(spec[field]).map((container) => (isMutable(container) ? change(container) : undefined));
      if (replaced.every((replacement) => replacement === undefined)) continue;
      next[field] = list(spec[field]).map((container, index) => replaced[index] ?? container);
    }
    return next.containers === spec.containers && next.initContainers === spec.initContainers ? undefined : next;
  });
}

function changeAt(
  value: Mutable,
  path: readonly string[],
  change: (v: Mutable) => Mutable | undefined,
): Mutable | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  const inner = value[step];
  const replacement = isMutable(inner) ? changeAt(inner, rest, change) : undefined;
  return replacement && { ...value, [step]: replacement };
}

function isMutable(value: unknown): value is Mutable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
