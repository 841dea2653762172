import { strict as assert } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { plans } from "../../../operations/recovery/plans/index.js";
import { RunFiles } from "../../../operations/recovery/run/files.js";
import type { RunRecord } from "../../../operations/recovery/run/record.js";
import { count } from "../../support/counts.js";
import { recover } from "../../support/recovery/command.js";
import { temporaryFolder } from "../../support/servers/process.js";

/** A finished run of the size that a region outage leaves: some twenty-five events. */
function finished(index: number): RunRecord {
  const at = new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString();
  const [plan] = plans;
  const begin = { kind: "run-started", at, seq: 1 } as const;
  const steps = plan!.steps.flatMap(({ id }, place) => [
    { kind: "step-started", step: id, at, seq: 2 + 2 * place } as const,
    { kind: "step-finished", step: id, at, seq: 3 + 2 * place } as const,
  ]);
  return {
    input: {
      runId: `20260101-${String(index).padStart(6, "0")}-region-outage-0000`,
      stack: "production",
      plan: plan!,
      from: "us-east-1",
      to: "us-west1",
      by: "oncall@example.com",
      autoApprove: true,
      forced: [],
      drill: false,
      values: {},
      escalateAfterMinutes: 5,
    },
    events: [begin, ...steps, { kind: "run-finished", result: "completed", at, seq: 2 + steps.length }],
    sessions: [{ by: "oncall@example.com", host: "laptop", pid: 1, startedAt: at }],
  };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

describe("status with many runs kept", function () {
  this.timeout(600_000);

  it("takes at most half as long again with 1,000 finished runs as with one", async () => {
    const folder = await temporaryFolder("status");
    const url = "http://127.0.0.1:9";
    const site = {
      stack: "production",
      publicUrl: url,
      primary: "us-east-1",
      regions: { "us-east-1": { url } },
      control: { uri: `file://${join(folder, "control")}` },
    };
    await writeFile(join(folder, "site.json"), JSON.stringify(site));
    const kept = { one: 1, many: 1_000 } as const;
    for (const [name, runs] of Object.entries(kept)) {
      const files = new RunFiles(join(folder, name), "production");
      for (let index = 0; index < runs; index += 1) await files.write(finished(index), "finished");
    }
    const times: Record<keyof typeof kept, number[]> = { one: [], many: [] };
    // In turns, so that a machine that is busy for a while is so for both.
    for (let round = 0; round < count(3, 11); round += 1) {
      for (const name of ["one", "many"] as const) {
        const started = performance.now();
        const { exitCode, stdout } = await recover([
          "status",
          "--site",
          join(folder, "site.json"),
          "--state",
          join(folder, name),
        ]);
        times[name].push(performance.now() - started);
        assert.equal(exitCode, 0);
        assert.match(
          stdout,
          name === "one" ? /-000000-region-outage-0000: completed/ : /-000999-.*completed[\s\S]*and 995 older/,
        );
      }
    }
    const ratio = median(times.many) / median(times.one);
    process.stdout.write(
      `      status: ${Math.round(median(times.one))} ms with 1 run, ${Math.round(median(times.many))} ms with 1,000: ${ratio.toFixed(2)} times\n`,
    );
    assert.ok(ratio <= 1.5, `${ratio.toFixed(2)} times`);
  });
});
