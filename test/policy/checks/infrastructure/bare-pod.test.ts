import { barePod } from "../../../../policy/checks/infrastructure/bare-pod.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, object, podSpec, service } from "../../support/objects.js";

describeCheck(barePod, {
  pass: { "made by a Deployment": [deployment()], "made by a Job": [job()] },
  violation: { "nothing replaces it": [object("Pod", podSpec())] },
  wrongKind: [
    service(),
    having(object("Pod", podSpec()), "metadata.ownerReferences", [{ kind: "ReplicaSet", controller: true }]),
  ],
  unknown: "an object's kind is never computed",
});
