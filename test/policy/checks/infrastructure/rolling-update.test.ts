import { rollingUpdate } from "../../../../policy/checks/infrastructure/rolling-update.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, object, service } from "../../support/objects.js";

describeCheck(rollingUpdate, {
  pass: {
    "Kubernetes' default": [deployment()],
    "bounds of one's own": [
      having(deployment(), "spec.strategy", { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }),
    ],
    "a canary": [
      {
        ...deployment(),
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Rollout",
        spec: { ...deployment().spec, strategy: { canary: {} } },
      },
    ],
  },
  violation: {
    "the strategy is Recreate": [having(deployment(), "spec.strategy", { type: "Recreate" })],
    "takes every pod down at once": [having(deployment(), "spec.strategy.rollingUpdate.maxUnavailable", "100%")],
    "no pod can move": [having(deployment(), "spec.strategy.rollingUpdate", { maxUnavailable: 0, maxSurge: 0 })],
    "somebody deletes the pods": [object("DaemonSet", { ...deployment().spec, updateStrategy: { type: "OnDelete" } })],
    "neither a canary nor a blue-green": [{ ...deployment(), apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" }],
  },
  wrongKind: [job(), service()],
  unknown: [having(deployment(), "spec.strategy", UNKNOWN)],
});
