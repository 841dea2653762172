import { pdb } from "../../../../policy/checks/reliability/pdb.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, object, service } from "../../support/objects.js";

const budget = (spec: object) => object("PodDisruptionBudget", { selector: { matchLabels: { app: "web" } }, ...spec });

describeCheck(pdb, {
  pass: {
    "one pod at a time": [deployment(), budget({ maxUnavailable: 1 })],
    "fewer than the replicas": [deployment(), budget({ minAvailable: 2 })],
    "a share that is rounded up to fewer": [deployment(), budget({ minAvailable: "50%" })],
  },
  violation: {
    "no budget selects its pods": [deployment()],
    "minAvailable 3 of 3 replicas": [deployment(), budget({ minAvailable: 3 })],
    "minAvailable 90% of 3 replicas": [deployment(), budget({ minAvailable: "90%" })],
    "allows no eviction at all": [budget({ maxUnavailable: 0 })],
    "it protects nothing": [budget({})],
    "since it is rounded up": [budget({ minAvailable: "60%" })],
    "2 budgets select its pods": [
      deployment(),
      budget({ maxUnavailable: 1 }),
      having(budget({ maxUnavailable: 1 }), "metadata.name", "other"),
    ],
    "spans 2 workloads": [deployment(), having(deployment(), "metadata.name", "other"), budget({ maxUnavailable: 1 })],
  },
  wrongKind: [having(deployment(), "spec.replicas", 1), job(), service(), object("DaemonSet", deployment().spec)],
  unknown: [having(deployment(), "spec.replicas", UNKNOWN)],
});
