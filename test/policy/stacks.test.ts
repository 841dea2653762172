import assert from "node:assert/strict";
import { CHECKS } from "../../policy/checks/index.js";
import { matchesPattern } from "../../policy/engine/exemptions.js";
import type { Result } from "../../policy/engine/result.js";
import { readConfiguration } from "../../cli/readiness/configuration.js";
import { judgeSource, stackConfiguration } from "../../cli/readiness/run.js";

/** Checks that our own stacks give nothing to look at, and why. */
const WITHOUT_SUBJECT: Readonly<Record<string, string>> = {
  exemption: "our exemptions are central, not annotations",
};

/** An exemption that suppresses nothing is one that the program has outgrown. */
function unusedExemptions(stack: string, results: readonly Result[]): string[] {
  const { settings } = readConfiguration(stackConfiguration(stack) ?? "", new Date());
  return (settings?.exemptions ?? [])
    .filter(
      ({ check, resource }) =>
        !results.some(
          (result) => result.check === check && result.suppressed && matchesPattern(resource, result.resource),
        ),
    )
    .map(({ check, resource }) => `${check} ${resource}`);
}

/** The checks of observability pass because of what the program builds, in both regions, and say so. */
function assertObserved(results: readonly Result[]): void {
  const evidence: Readonly<Record<string, RegExp>> = {
    "prometheus-metrics": /^scraped through us-(east-1|west1)-kubernetes:PodMonitor\/observability\/agent$/,
    "structured-logging": /^logs are json, collected by the opentelemetry-collector us-\S+-otel-collector release$/,
    tracing: /^OTEL_EXPORTER_OTLP_ENDPOINT leads to the release opentelemetry-collector us-\S+-otel-collector$/,
    alerts: /^\d{2,} alerts in its cluster, AgentErrorBudgetBurnFast, /,
  };
  for (const [id, found] of Object.entries(evidence)) {
    const own = results.filter(
      ({ check, resource }) => check === id && resource.endsWith("Rollout/agent-memory/agent-memory-service"),
    );
    assert.equal(own.length, 2, id);
    for (const { status, message } of own) assert.ok(status === "pass" && found.test(message), `${id}: ${message}`);
  }
}

describe("the rule book on our own stacks", function () {
  this.timeout(240_000);
  // The offline runtime's state is global: one run at a time, in one test.
  it("fails none of them, and every rule finds something to judge in production", async () => {
    for (const stack of ["staging", "local", "production"]) {
      const report = await judgeSource({ stack });
      const failures = report.results.filter((result) => result.status === "fail" && !result.suppressed);
      assert.deepEqual(
        failures.map(({ check, resource, message }) => `${check} ${resource}: ${message}`),
        [],
        stack,
      );
      assert.deepEqual(report.faults, []);
      assert.deepEqual(unusedExemptions(stack, report.results), [], `${stack}: exemptions that nothing needs`);
      if (stack !== "production") continue;
      assertObserved(report.results);
      const matched = new Set(report.results.map((result) => result.check));
      const idle = CHECKS.map((check) => check.id).filter((id) => !matched.has(id) && !(id in WITHOUT_SUBJECT));
      assert.deepEqual(idle, [], "rules that matched nothing");
    }
  });
});
