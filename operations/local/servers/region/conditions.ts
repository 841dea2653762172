import type { KubeObject } from "./api.js";

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** Whether an object's status says that a condition holds. */
export function holds(object: KubeObject, condition: string): boolean {
  const { conditions = [] } = (object.status ?? {}) as { conditions?: readonly Condition[] };
  return conditions.some(({ type, status }) => type === condition && status === "True");
}
