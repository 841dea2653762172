import { backupEncryption } from "../../../../policy/checks/reliability/backup-encryption.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment } from "../../support/objects.js";
import { backup, store } from "../../support/stores.js";

describeCheck(backupEncryption, {
  pass: { "by annotation": [backup({ "agent-platform.io/encrypted": "true" })] },
  violation: {
    "no evidence that it is encrypted": [backup()],
    "is not encrypted": [backup({ "agent-platform.io/encrypted": "false" })],
  },
  wrongKind: [deployment(), store()],
  unknown: [backup({ "agent-platform.io/encrypted": UNKNOWN })],
});
