import { backupEncryption } from "../../../../policy/checks/reliability/backup-encryption.js";
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

describeCheck(backupEncryption, {
  pass: { "by annotation": [backup({ "agent-platform.io/encrypted": "true" })] },
  violation: {
    "no evidence that it is encrypted": [backup()],
    "is not encrypted": [backup({ "agent-platform.io/encrypted": "false" })],
  },
  wrongKind: [deployment(), store()],
});
