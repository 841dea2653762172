import assert from "node:assert/strict";
import { poll } from "../../../common/poll.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { twoRegions, type TwoRegions } from "../cluster.js";
import { rolloutsController } from "../../support/servers/rollouts.js";
import { applyAll, idOf, isStable, removeAll } from "./apply.js";
import { readyPods, zonesOf } from "./pods.js";
import { progressiveOf, R7 } from "./progressive.js";
import { grantedTo, rightsOf } from "./rights.js";
import { CLOUD_GROUPS, createMissingNamespaces, groupOf, inOrder, renderStack, type RenderedRegion } from "./render.js";

const AGENT = { namespace: "agent-memory", name: "agent-memory-service" };

const kindsOf = { local: "Deployment", staging: "Deployment", production: "Rollout" } as const;

describe("rendered objects on two real API servers", function () {
  this.timeout(10 * 60_000);
  let regions: TwoRegions;

  before(async () => {
    regions = await twoRegions();
    await Promise.all(regions.both.map(rolloutsController));
  });

  for (const stack of ["local", "staging", "production"] as const) {
    describe(`stack ${stack}`, () => {
      let rendered: readonly RenderedRegion[];
      let applied: readonly (readonly KubeObject[])[];
      const created: string[][] = [[], []];

      before(async () => {
        rendered = await renderStack(stack);
        const isAbsent = (object: KubeObject): boolean => CLOUD_GROUPS.includes(groupOf(object));
        applied = rendered.map(({ objects }) => inOrder(objects.filter((object) => !isAbsent(object))));
        const left = rendered.flatMap(({ objects }) => objects.filter((object) => isAbsent(object)));
        for (const object of left) {
          process.stdout.write(
            `    not applied: ${idOf(object)} (only the cloud's own clusters have its definition)\n`,
          );
        }
      });

      after(async () => {
        await Promise.all(
          regions.both.map(async ({ api }, index) => await removeAll(api, applied[index] ?? [], created[index] ?? [])),
        );
      });

      it("renders objects for two clusters", () => {
        assert.equal(rendered.length, 2, rendered.map(({ provider }) => provider).join(", "));
        for (const { objects } of rendered) assert.ok(objects.length > 20, `${objects.length} objects`);
      });

      it("is accepted whole, server-side, with strict field validation", async () => {
        const refused = await Promise.all(
          regions.both.map(async ({ api }, index) => {
            const objects = applied[index] ?? [];
            created[index] = await createMissingNamespaces(api, objects);
            return await applyAll(api, objects);
          }),
        );
        assert.deepEqual(refused, [[], []]);
        const [first = 0, second = 0] = applied.map((objects) => objects.length);
        process.stdout.write(`    ${first} and ${second} objects applied\n`);
      });

      it("is unchanged by a second apply", async () => {
        const changed = await Promise.all(
          regions.both.map(async ({ api }, index) => {
            const unstable: string[] = [];
            for (const object of applied[index] ?? []) if (!(await isStable(api, object))) unstable.push(idOf(object));
            return unstable;
          }),
        );
        assert.deepEqual(changed, [[], []]);
      });

      it("has its pods ready, spread over the three zones, admitted by the restricted level", async () => {
        for (const { api } of regions.both) {
          const namespace = await api.get("v1", "Namespace", { name: "agent-memory" });
          assert.equal(namespace.metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
          const pods = await poll(
            async () => {
              const ready = await readyPods(api, "agent-memory");
              return ready.length >= (stack === "production" ? 3 : 2) ? ready : undefined;
            },
            { what: "the agent's pods to be ready", timeoutMs: 60_000, intervalMs: 500 },
          );
          // Each version is spread for itself: the canary may be in a zone of the stable pods.
          const stable = pods.filter(({ metadata }) => metadata.labels?.version !== "canary");
          const zones = await zonesOf(api, stable);
          assert.equal(zones.size, Math.min(3, stable.length), [...zones].join(", "));
        }
      });

      it("has an autoscaler that resolves its target", async () => {
        for (const { api } of regions.both) {
          const autoscaler = await poll(
            async () => {
              const found = await api.get("autoscaling/v2", "HorizontalPodAutoscaler", AGENT);
              const { conditions = [] } = found.status as { conditions?: { type: string; status: string }[] };
              return conditions.some(({ type, status }) => type === "AbleToScale" && status === "True")
                ? found
                : undefined;
            },
            { what: "the autoscaler to find its target", timeoutMs: 60_000, intervalMs: 500 },
          );
          const { scaleTargetRef, minReplicas } = autoscaler.spec as {
            scaleTargetRef: { kind: string };
            minReplicas: number;
          };
          assert.equal(scaleTargetRef.kind, kindsOf[stack]);
          assert.ok(
            ((autoscaler.status as { currentReplicas?: number }).currentReplicas ?? 0) >= Math.min(1, minReplicas),
          );
        }
      });

      if (stack === "production") {
        it("has R7's stages, intervals and bounds in both regions, as the API servers keep them", async () => {
          for (const { api } of regions.both) assert.deepEqual(await progressiveOf(api), R7);
        });
      }

      it("refuses a pod beneath the restricted level in the agent's namespace", async () => {
        for (const { api } of regions.both) {
          const container = { name: "root", image: "busybox:1.37.0", securityContext: { privileged: true } };
          const { status, body } = await api.ask("POST", "/api/v1/namespaces/agent-memory/pods", {
            body: { apiVersion: "v1", kind: "Pod", metadata: { name: "root" }, spec: { containers: [container] } },
          });
          assert.equal(status, 403);
          assert.match(JSON.stringify(body), /violates PodSecurity \\"restricted/);
        }
      });

      it("gives every service account the rights of its Roles in its namespace, and no other", async () => {
        const told = await Promise.all(
          regions.both.map(async ({ api }, index) => {
            const objects = applied[index] ?? [];
            const accounts = objects.filter(({ kind }) => kind === "ServiceAccount");
            assert.ok(accounts.some(({ metadata }) => metadata.name === "agent-memory-sa"));
            for (const account of accounts) {
              assert.deepEqual(await rightsOf(api, account), grantedTo(account, objects), idOf(account));
            }
            return accounts.length;
          }),
        );
        process.stdout.write(`    ${told.join(" and ")} service accounts asked in their own name\n`);
      });

      it("lets the agent's service account read no Secret, start no pod and steer no rollout", async () => {
        for (const { api } of regions.both) {
          const agent = api.as("system:serviceaccount:agent-memory:agent-memory-sa", ["system:serviceaccounts"]);
          const namespace = "/api/v1/namespaces/agent-memory";
          const rollout = "/apis/argoproj.io/v1alpha1/namespaces/agent-memory/rollouts/agent-memory-service";
          const answers = await Promise.all([
            agent.ask("GET", `${namespace}/secrets`),
            agent.ask("POST", `${namespace}/pods`, {
              body: { apiVersion: "v1", kind: "Pod", metadata: { name: "x" } },
            }),
            agent.ask("PATCH", rollout, { body: { spec: {} }, contentType: "application/merge-patch+json" }),
          ]);
          assert.deepEqual(
            answers.map(({ status }) => status),
            [403, 403, 403],
          );
          agent.close();
        }
      });

      it("gives up one pod to a drain, and refuses the second until the first is replaced", async () => {
        const { api } = regions.primary;
        const evict = async ({ metadata }: KubeObject): Promise<number> => {
          const path = `/api/v1/namespaces/agent-memory/pods/${metadata.name}/eviction`;
          const { name } = metadata;
          const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: "agent-memory" } };
          return (await api.ask("POST", path, { body })).status;
        };
        const pods = await poll(
          async () => {
            const budget = await api.get("policy/v1", "PodDisruptionBudget", AGENT);
            const { disruptionsAllowed } = budget.status as { disruptionsAllowed?: number };
            if (disruptionsAllowed !== 1) return undefined;
            // Beside it may be pods that no budget holds, such as a canary's only one.
            const { selector } = budget.spec as { selector: { matchLabels: Record<string, string> } };
            const held = Object.entries(selector.matchLabels);
            const ready = await readyPods(api, "agent-memory");
            return ready.filter(({ metadata }) => held.every(([key, value]) => metadata.labels?.[key] === value));
          },
          { what: "the budget to allow one disruption", timeoutMs: 60_000, intervalMs: 250 },
        );
        // Drained for good: on cordoned nodes the first pod's replacement waits, however fast simulated nodes are.
        const nodes = await api.list("v1", "Node");
        const cordon = async (unschedulable: boolean): Promise<unknown> =>
          await Promise.all(nodes.map((node) => api.mergePatch(node, { spec: { unschedulable } })));
        await cordon(true);
        try {
          assert.deepEqual([await evict(pods[0]!), await evict(pods[1]!)], [201, 429]);
        } finally {
          await cordon(false);
        }
      });
    });
  }
});
