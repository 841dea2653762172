import { backupCopy } from "../../../../policy/checks/reliability/backup-copy.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment } from "../../support/objects.js";
import { backup, store } from "../../support/stores.js";

describeCheck(backupCopy, {
  pass: {
    "in another region": [
      backup({ "agent-platform.io/location": "s3://a", "agent-platform.io/copy-location": "gs://b" }),
    ],
  },
  violation: {
    "no evidence of a copy": [backup()],
    "where it is itself": [
      backup({ "agent-platform.io/location": "s3://a", "agent-platform.io/copy-location": "s3://a" }),
    ],
  },
  wrongKind: [deployment(), store()],
  unknown: [backup({ "agent-platform.io/copy-location": UNKNOWN })],
});
