import { backupVerified } from "../../../../policy/checks/reliability/backup-verified.js";
import { describeCheck } from "../../support/check.js";
import { deployment, object } from "../../support/objects.js";

const store = (kind = "redis") =>
  object("StatefulSet", deployment().spec, {
    metadata: { name: kind, namespace: "agents", labels: { "agent-platform.io/store": kind } },
  });
const backup = (annotations: Record<string, string> = {}, schedule: unknown = "0 */6 * * *") =>
  object(
    "CronJob",
    { schedule },
    {
      metadata: {
        name: "redis-backup",
        namespace: "agents",
        labels: { "agent-platform.io/backup": "true" },
        annotations: { "agent-platform.io/store": "redis", "agent-platform.io/retention-days": "7", ...annotations },
      },
    },
  );
const verified = (moment: string) =>
  object("ConfigMap", undefined, {
    metadata: {
      name: "backup-verification",
      namespace: "agents",
      annotations: { "agent-platform.io/last-verified": moment },
    },
  });

describeCheck(backupVerified, {
  pass: { "ten days ago": [store(), verified("2026-11-13T02:00:00Z")] },
  violation: {
    "no record of a verified restore": [store()],
    "is 114 days old": [store(), verified("2026-08-01T02:00:00Z")],
    "lies in the future": [store(), verified("2027-01-01T00:00:00Z")],
    "is no RFC 3339 moment": [store(), verified("last week")],
  },
  wrongKind: [deployment(), backup()],
});
