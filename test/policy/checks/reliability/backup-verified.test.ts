import { backupVerified } from "../../../../policy/checks/reliability/backup-verified.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, object } from "../../support/objects.js";
import { backup, store } from "../../support/stores.js";

const verified = (moment: string) =>
  object("ConfigMap", undefined, {
    metadata: {
      name: "backup-verification",
      namespace: "agents",
      annotations: { "agent-platform.io/last-verified": moment },
    },
  });

describeCheck(backupVerified, {
  pass: { "a week ago": [store(), verified("2026-11-16T02:00:00Z")] },
  violation: {
    "no record of a verified restore": [store()],
    "is 9 days old": [store(), verified("2026-11-14T02:00:00Z")],
    "is 114 days old": [store(), verified("2026-08-01T02:00:00Z")],
    "lies in the future": [store(), verified("2027-01-01T00:00:00Z")],
    "is no RFC 3339 moment": [store(), verified("last week")],
  },
  wrongKind: [deployment(), backup()],
  unknown: [
    store(),
    object("ConfigMap", undefined, {
      metadata: { name: "backup-verification", namespace: "agents" },
      data: { redis: UNKNOWN },
    }),
  ],
});
