import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";
import { messageOf, PlatformError } from "../../../common/errors.js";
import { inOrder, promoteAll, readAll } from "../../../operations/rollout/across.js";
import type { ObjectRef, RegionApi } from "../../../operations/rollout/api.js";
import type { RolloutObject } from "../../../operations/rollout/objects.js";
import type { RegionDelivery } from "../../../operations/rollout/region.js";
import { openTargets, parseTarget, parseTargets } from "../../../operations/rollout/targets.js";
import { patience, waitForAll } from "../../../operations/rollout/wait.js";
import { rollout, templates } from "./rollout-objects.js";

/** A region whose Rollout answers come from the test. */
function region(name: string, role: RegionDelivery["role"], answers: () => RolloutObject) {
  const patched: string[] = [];
  const api: RegionApi = {
    get: (ref: ObjectRef) => {
      try {
        return Promise.resolve(ref.plural === "rollouts" ? answers() : undefined);
      } catch (thrown) {
        return Promise.reject(new PlatformError(messageOf(thrown)));
      }
    },
    list: (kind) => Promise.resolve(kind.plural === "analysistemplates" ? templates : []),
    patch: () => {
      patched.push(name);
      return Promise.resolve();
    },
  };
  const names = { service: "agent-memory-service", canary: "agent-memory-canary" };
  return { patched, region: name, role, api, names };
}

describe("rollout: across regions", () => {
  const done = (): RolloutObject => rollout({ phase: "Healthy", currentPodHash: "a" });
  const broken = (): never => {
    throw new PlatformError("connection refused");
  };

  it("takes secondary regions first", () => {
    const order = inOrder([region("a", "primary", done), region("b", "secondary", done)]);
    assert.deepEqual(
      order.map((of) => of.region),
      ["b", "a"],
    );
  });

  it("answers for the region that is reached, and names the one that is not", async () => {
    const statuses = await readAll([region("a", "primary", done), region("b", "secondary", broken)]);
    assert.deepEqual(
      statuses.map((status) =>
        "unreached" in status ? [status.region, status.unreached] : [status.region, status.phase],
      ),
      [
        ["a", "Healthy"],
        ["b", "connection refused"],
      ],
    );
  });

  it("stops promoting at the first failure, which leaves the primary alone", async () => {
    const primary = region("a", "primary", () => rollout({ phase: "Paused" }, { paused: true }));
    const secondary = region("b", "secondary", () => rollout({ phase: "Degraded", abort: true, message: "breach" }));
    const outcomes = await promoteAll([primary, secondary], false);
    assert.deepEqual(
      outcomes.map(({ region: of, done: ok }) => [of, ok]),
      [
        ["b", false],
        ["a", false],
      ],
    );
    assert.match(outcomes[1]?.message ?? "", /left alone, because b failed/);
    assert.deepEqual([...primary.patched, ...secondary.patched], []);
  });

  it("promotes again where the controller parks a switch by the verdict of the run before", async () => {
    const pauseConditions = [{ reason: "InconclusiveAnalysisRun", startTime: "2026-01-01T00:00:00Z" }];
    const strategy = { strategy: { blueGreen: { prePromotionAnalysis: { templates: [{ templateName: "gate" }] } } } };
    const switching = (gate: string, status: string, parked: boolean): RolloutObject =>
      rollout(
        {
          phase: parked ? "Paused" : "Progressing",
          blueGreen: { prePromotionAnalysisRunStatus: { name: gate, status } },
          ...(parked && { pauseConditions, controllerPause: true }),
        },
        strategy,
      );
    // The first promotion begins a run; before that is seen, the pause comes back; the second one stays.
    const afterPatches = [
      [switching("first", "Inconclusive", true)],
      [switching("second", "", false), switching("first", "Inconclusive", true), switching("second", "Running", true)],
      [switching("second", "Successful", false)],
    ];
    let looks = 0;
    let patches = 0;
    const parked = region("a", "primary", () => {
      const answers = afterPatches[Math.min(parked.patched.length, 2)]!;
      if (patches !== parked.patched.length) [patches, looks] = [parked.patched.length, 0];
      // Each look asks twice: for the Rollout, and for the status by it.
      return answers[Math.min(Math.floor(looks++ / 2), answers.length - 1)]!;
    });
    const [outcome] = await promoteAll([parked], false);
    assert.equal(outcome?.done, true, outcome?.message);
    assert.equal(parked.patched.length, 2);
  });

  it("waits for the newest generation, then judges", async () => {
    let asked = 0;
    const changing = region("a", "primary", () => {
      asked += 1;
      return asked < 4 ? rollout({ phase: "Healthy", observedGeneration: "6" }) : done();
    });
    const [status] = await waitForAll([changing], { intervalMs: 1, timeoutSeconds: 10 });
    assert.equal(status?.current, true);
    assert.ok(asked >= 4);
  });

  it("fails on Degraded with exit code 4 and says which region was not waited for", async () => {
    const regions = [
      region("a", "primary", done),
      region("b", "secondary", () => rollout({ phase: "Degraded", abort: true, message: "breach" })),
    ];
    await assert.rejects(waitForAll(regions, { intervalMs: 1, timeoutSeconds: 5 }), (error: PlatformError) => {
      assert.equal(error.exitCode, 4);
      assert.match(error.message, /in b failed: aborted: breach \(not waited for: a\)/);
      return true;
    });
  });

  it("times out with exit code 9", async () => {
    const stuck = region("a", "primary", () => rollout({ phase: "Progressing" }));
    await assert.rejects(waitForAll([stuck], { intervalMs: 1, timeoutSeconds: 0.05 }), { exitCode: 9 });
  });

  it("is as patient as the stages are long", async () => {
    assert.equal(await patience(region("a", "primary", done)), Math.round((600 + 60 + 900 + 60) * 1.2 + 300));
  });

  it("is as patient as R5 has it where there are no stages: 600 s, or what the workload says", async () => {
    const deployed = (annotations: Record<string, string>) => {
      const api: RegionApi = {
        ...region("a", "primary", done).api,
        get: ({ plural }) =>
          Promise.resolve(
            plural === "deployments" ? { metadata: { name: "agent", annotations }, spec: {} } : undefined,
          ),
      };
      return { ...region("a", "primary", done), api };
    };
    assert.equal(await patience(deployed({})), 600);
    assert.equal(await patience(deployed({ "agent-platform.io/rollout-timeout": "300s" })), 300);
  });

  it("waits for a blue-green analysis that takes longer than that", async () => {
    const [template] = templates;
    const prePromotionAnalysis = { templates: [{ templateName: template!.metadata.name }] };
    const blueGreen = (): RolloutObject => ({
      ...rollout({ phase: "Healthy" }),
      spec: { strategy: { blueGreen: { prePromotionAnalysis } } },
    });
    assert.equal(await patience(region("a", "primary", blueGreen)), 600);
    const metadata = { name: "agent-memory-service", annotations: { "agent-platform.io/rollout-timeout": "60s" } };
    const brief = (): RolloutObject => ({ ...blueGreen(), metadata });
    assert.equal(await patience(region("a", "primary", brief)), Math.round(60 * 1.2 + 300));
  });
});

describe("rollout: regions from flags", () => {
  it("reads region, kubeconfig and context", () => {
    assert.deepEqual(parseTarget("secondary", `us-west1=${__filename}#admin`), {
      region: "us-west1",
      role: "secondary",
      kubeconfigFile: __filename,
      context: "admin",
    });
  });

  it("refuses what it cannot use, with exit code 2 and the value received", () => {
    for (const text of ["us-west1", "us-west1=/no/such/kubeconfig"]) {
      assert.throws(
        () => parseTarget("primary", text),
        (error: PlatformError) => {
          assert.equal(error.exitCode, 2);
          assert.equal(error.faults[0]?.received, JSON.stringify(text));
          return true;
        },
      );
    }
  });

  it("refuses all that it cannot use at once, also what is no kubeconfig", async () => {
    const bad = (error: PlatformError): boolean => error.exitCode === 2 && error.faults.length === 2;
    assert.throws(() => parseTargets({ primary: ["a=/no/such"], secondary: ["no target"] }), bad);
    const folder = await mkdtemp(join(tmpdir(), "rollout-regions-"));
    const [text, empty] = [join(folder, "text"), join(folder, "empty")];
    await writeFile(text, "{");
    await writeFile(empty, "apiVersion: v1\nkind: Config\n");
    const targets = [text, empty].map((kubeconfigFile) => ({ region: "a", role: "primary" as const, kubeconfigFile }));
    const names = { namespace: "n", service: "s", canary: "c" };
    await assert.rejects(openTargets(targets, names), (error: PlatformError) => {
      const rules = error.faults.map(({ rule }) => rule).join("; ");
      assert.match(rules, /^is no kubeconfig: .*; names no current context$/);
      return bad(error);
    });
    await rm(folder, { recursive: true });
  });
});
