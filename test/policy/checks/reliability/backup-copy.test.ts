import { backupCopy } from "../../../../policy/checks/reliability/backup-copy.js";
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
});
