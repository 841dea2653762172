import { duplicateEnv } from "../../../../policy/checks/infrastructure/duplicate-env.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service } from "../../support/objects.js";

describeCheck(duplicateEnv, {
  pass: { "no variable at all": [deployment()], "a Job as well": [job()] },
  violation: {
    "sets MODE twice": [
      having(deployment(), "spec.template.spec.containers.0.env", [
        { name: "MODE", value: "a" },
        { name: "MODE", value: "b" },
      ]),
    ],
  },
  wrongKind: [service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.env", UNKNOWN)],
});
