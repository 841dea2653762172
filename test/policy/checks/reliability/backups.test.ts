import { backups } from "../../../../policy/checks/reliability/backups.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object } from "../../support/objects.js";
import { backup, store } from "../../support/stores.js";

const velero = (template: object) =>
  object(
    "Schedule",
    { schedule: "0 7 * * *", template },
    { apiVersion: "velero.io/v1", metadata: { name: "daily", namespace: "velero" } },
  );

describeCheck(backups, {
  pass: {
    "a schedule and a retention": [store(), backup()],
    "every week, where nothing else is asked for": [backup({}, "0 2 * * 0")],
    "a time zone in front": [backup({}, "CRON_TZ=Europe/Berlin 0 2 * * *")],
    "an interval": [backup({}, "@every 1h30m")],
    Velero: [velero({})],
    "Velero, of the store's namespace": [store(), velero({ includedNamespaces: ["agents"] })],
    "retention of a single store": {
      inputs: [store(), backup()],
      settings: { parameters: { retention: ["redis=7"] } },
    },
  },
  violation: {
    "no schedule backs up redis": [store()],
    "no schedule backs up": [store(), velero({ includedNamespaces: ["elsewhere"] })],
    "backs up redis": [store(), velero({ excludedNamespaces: ["agents"] })],
    "is no cron expression": [backup({}, "every day")],
    "does not say how long": [backup({ "agent-platform.io/retention-days": "" })],
    "for 7 days, fewer than 30": { inputs: [backup()], settings: { parameters: { retention: ["redis=30"] } } },
    "runs only every 168 hours": {
      inputs: [backup({}, "0 2 * * 0")],
      settings: { parameters: { maxHours: 24 } },
    },
    "is suspended": [having(backup(), "spec.suspend", true)],
    "is no cron": [backup({}, "@every now")],
    "takes no backup": [
      object(
        "Policy",
        { frequency: "@daily", actions: [{ action: "import" }] },
        { apiVersion: "config.kio.kasten.io/v1alpha1" },
      ),
    ],
  },
  wrongKind: [deployment()],
  unknown: [backup({}, UNKNOWN)],
});
