import { backups } from "../../../../policy/checks/reliability/backups.js";
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

describeCheck(backups, {
  pass: {
    "a schedule and a retention": [store(), backup()],
    Velero: [object("Schedule", { schedule: "0 7 * * *", template: {} }, { apiVersion: "velero.io/v1" })],
    "retention of a single store": {
      inputs: [store(), backup()],
      settings: { parameters: { retention: ["redis=7"] } },
    },
  },
  violation: {
    "no schedule backs up redis": [store()],
    "is no cron expression": [backup({}, "every day")],
    "does not say how long": [backup({ "agent-platform.io/retention-days": "" })],
    "for 7 days, fewer than 30": { inputs: [backup()], settings: { parameters: { retention: ["redis=30"] } } },
    "runs only every 168 hours": [backup({}, "0 2 * * 0")],
    "takes no backup": [
      object(
        "Policy",
        { frequency: "@daily", actions: [{ action: "import" }] },
        { apiVersion: "config.kio.kasten.io/v1alpha1" },
      ),
    ],
  },
  wrongKind: [deployment()],
});
