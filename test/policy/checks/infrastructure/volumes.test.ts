import { volumes } from "../../../../policy/checks/infrastructure/volumes.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object, service } from "../../support/objects.js";

const SPEC = "spec.template.spec";
const mounting = (name: string) =>
  having(deployment(), `${SPEC}.containers.0.volumeMounts`, [{ name, mountPath: "/tmp" }]);
const declared = having(mounting("tmp"), `${SPEC}.volumes`, [{ name: "tmp", emptyDir: {} }]);

describeCheck(volumes, {
  pass: {
    "mounted and declared": [declared],
    "a claim of its own": [
      object("StatefulSet", { ...mounting("data").spec, volumeClaimTemplates: [{ metadata: { name: "data" } }] }),
    ],
  },
  violation: {
    "mounts tmp, which is no volume": [mounting("tmp")],
    "no container mounts the volume tmp": [having(deployment(), `${SPEC}.volumes`, [{ name: "tmp", emptyDir: {} }])],
  },
  wrongKind: [service(), deployment()],
  unknown: [having(declared, `${SPEC}.volumes`, UNKNOWN)],
});
