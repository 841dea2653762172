import { references } from "../../../../policy/checks/infrastructure/references.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object, service } from "../../support/objects.js";

const SPEC = "spec.template.spec";
const env = (valueFrom: object) => having(deployment(), `${SPEC}.containers.0.env`, [{ name: "MODE", valueFrom }]);
const settings = object("ConfigMap", undefined, { data: { mode: "fast" } });
const secret = object("Secret", undefined, { stringData: { password: "x" } });
const account = object("ServiceAccount", undefined);
const named = (source: ReturnType<typeof object>, name: string) => having(source, "metadata.name", name);

describeCheck(references, {
  pass: {
    "a key that is there": [env({ configMapKeyRef: { name: "web", key: "mode" } }), settings],
    "an account that is there": [deployment(), account],
    "an optional reference": [
      env({ configMapKeyRef: { name: "other", key: "mode", optional: true } }),
      settings,
      account,
    ],
  },
  violation: {
    "names ConfigMap wbe, which does not exist": [env({ configMapKeyRef: { name: "wbe", key: "mode" } }), settings],
    "reads speed of ConfigMap web": [env({ configMapKeyRef: { name: "web", key: "speed" } }), settings],
    "names Secret db": [
      having(deployment(), `${SPEC}.volumes`, [{ name: "keys", projected: { sources: [{ secret: { name: "db" } }] } }]),
      secret,
    ],
    "names ConfigMap files": [
      having(deployment(), `${SPEC}.volumes`, [{ name: "files", configMap: { name: "files" } }]),
      settings,
    ],
    "names ServiceAccount web": [deployment(), named(account, "other")],
  },
  // One file of many: whether the others hold it, nobody can tell.
  wrongKind: [service(), env({ configMapKeyRef: { name: "web", key: "mode" } })],
  unknown: [having(deployment(), SPEC, UNKNOWN), settings],
});
