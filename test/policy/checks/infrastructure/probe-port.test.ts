import { probePort } from "../../../../policy/checks/infrastructure/probe-port.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, job, service } from "../../support/objects.js";

describeCheck(probePort, {
  pass: {
    "a named port": [deployment()],
    "its number": [having(deployment(), "spec.template.spec.containers.0.livenessProbe.httpGet.port", 8080)],
  },
  violation: {
    "probes port 9999": [having(deployment(), "spec.template.spec.containers.0.livenessProbe.httpGet.port", 9999)],
    "probes port web": [having(deployment(), "spec.template.spec.containers.0.readinessProbe.httpGet.port", "web")],
  },
  wrongKind: [job(), service()],
  unknown: [having(deployment(), "spec.template.spec.containers.0.livenessProbe.httpGet.port", UNKNOWN)],
});
