import { strict as assert } from "node:assert";
import { ExitCode, PlatformError } from "../../../common/errors.js";
import { observabilityRules } from "../../../config/rules/observability.js";
import { validateConfig } from "../../../config/validate.js";
import { stackConfig } from "../../support/stack-config.js";

const config = stackConfig();

describe("bad observability configuration", () => {
  const faults = (changes: Readonly<Record<string, unknown>>) =>
    observabilityRules.flatMap((rule) => rule(stackConfig(changes)));
  const alerting = (changes: object) => ({ observability: { alerting: changes } });

  it("is none by default", () => assert.deepEqual(faults({}), []));

  it("is refused with path, value, rule and fix, once a fault", () => {
    const extra = { name: "A1", expr: "up", severity: "info", summary: "something is up" };
    const told = (observability: object): string[] => {
      try {
        validateConfig({ ...config, observability, delivery: { progressive: { window: "1m" } } }, "production");
      } catch (thrown) {
        assert.ok(thrown instanceof PlatformError);
        assert.equal(thrown.exitCode, ExitCode.configuration);
        assert.ok(thrown.faults.every(({ fix }) => fix.length > 0));
        return thrown.faults.map(({ path, received = "", rule }) => `${path}: ${rule} (${received})`);
      }
      return [];
    };
    const objective = "observability.availability: must be";
    assert.deepEqual(told({ availability: 0 }), [`${objective} more than 0 (0)`]);
    assert.deepEqual(told({ availability: 1 }), [`${objective} less than 1 (1)`]);
    assert.deepEqual(told({ availability: 99.9 }), [`${objective} less than 1 (99.9)`]);
    assert.deepEqual(told({ alerting: { extraAlerts: [extra] } }), [
      "observability.alerting.extraAlerts[0].runbook: is required ()",
    ]);
    assert.deepEqual(told({ alerting: { extraAlerts: [{ ...extra, runbook: "nowhere" }] } }), [
      'observability.alerting.extraAlerts[0].runbook: must be an http or https URL ("nowhere")',
    ]);
    assert.deepEqual(told({ alerting: { routing: { critical: "pager" } } }), [
      'observability.alerting.routing.critical: names a receiver; there are oncall, tickets ("pager")',
    ]);
    assert.deepEqual(told({ scrapeIntervalSeconds: 120 }), [
      'delivery.progressive.window: a rate needs two scrapes, which are 120 s apart ("1m")',
    ]);
  });

  it("refuses an unknown receiver, one that reaches nobody, and names given twice", () => {
    assert.deepEqual(
      faults(alerting({ routing: { critical: "pager" } })).map(({ path }) => path),
      ["observability.alerting.routing.critical"],
    );
    const receivers = [
      { name: "oncall" },
      { name: "tickets", email: "a@example.com" },
      { name: "tickets", email: "b@example.com" },
    ];
    assert.deepEqual(
      faults(alerting({ receivers })).map(({ path }) => path),
      ["observability.alerting.receivers[0]", "observability.alerting.receivers[2].name"],
    );
  });
});
