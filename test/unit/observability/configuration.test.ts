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

  it("refuses a window without a scrape in it, whatever else it is written beside", () => {
    const found = (expr: string, scrapeIntervalSeconds: number) => {
      const extraAlerts = [
        { name: "A1", expr, severity: "info", summary: "something is up", runbook: "https://w.example" },
      ];
      return faults({ observability: { scrapeIntervalSeconds, alerting: { extraAlerts } } }).map(
        ({ path, rule }) => `${path}: ${rule}`,
      );
    };
    const rule = "a window holds a scrape, and they are 15 s apart: ";
    assert.deepEqual(found("rate(a[10s]) > 1", 15), [
      `observability.alerting.extraAlerts[0].expr: ${rule}[10s] is mostly empty`,
    ]);
    assert.equal(found("max_over_time(rate(a[ 500ms ])[14s:5s]) > 1", 15).length, 2);
    for (const fine of ["rate(a[15s]) > 1", "rate(a[1m30s]) > 1", 'a{b="[1s]"} > 1', "a{b=~'x[1s]'}", "a > 1"]) {
      assert.deepEqual(found(fine, 15), [], fine);
    }
  });

  it("is told whole where one part of it cannot be read: a missing runbook hides no receiver and no window", () => {
    const extraAlerts = [{ name: "A1", expr: "up", severity: "info", summary: "something is up" }];
    const observability = {
      scrapeIntervalSeconds: 60,
      alerting: { extraAlerts, routing: { critical: "pager", heartbeat: "nobody" } },
    };
    assert.throws(
      () => validateConfig({ ...config, observability, delivery: { canary: { window: "1m" } } }, "production"),
      (thrown: PlatformError) => {
        assert.deepEqual(
          thrown.faults.map(({ path }) => path),
          [
            "observability.alerting.extraAlerts[0].runbook",
            "delivery.canary.window",
            "observability.alerting.routing.critical",
            "observability.alerting.routing.heartbeat",
          ],
        );
        return true;
      },
    );
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
