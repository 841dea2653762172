import assert from "node:assert/strict";
import { poll } from "../../../common/poll.js";
import { messageOf } from "../../../common/errors.js";
import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";
import { twoRegions, type TwoRegions } from "../cluster.js";
import { awaitServed } from "../../../operations/local/servers/region/crds.js";
import { rolloutsController } from "../../support/servers/rollouts.js";
import { createMissingNamespaces, groupOf, inOrder, renderStack, unavailable, type RenderedRegion } from "./render.js";

const idOf = ({ kind, metadata }: KubeObject): string =>
  `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;

/** Applies all, and gathers every refusal: one run tells everything that is wrong. */
async function applyAll(api: KubeApi, objects: readonly KubeObject[]): Promise<string[]> {
  const refused: string[] = [];
  for (const object of objects) {
    try {
      await api.apply(object);
      if (object.kind === "CustomResourceDefinition") await awaitServed(api, [object]);
    } catch (thrown) {
      refused.push(messageOf(thrown));
    }
  }
  return refused;
}

/**
 * Whether a second apply leaves an object as it is. A controller may write its status between the look and the apply,
 * so a change counts only where it comes again and again.
 */
async function isStable(api: KubeApi, object: KubeObject): Promise<boolean> {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const before = await api.must("GET", await api.pathOf(object));
    const after = await api.apply(object);
    if (before.metadata.resourceVersion === after.metadata.resourceVersion) return true;
  }
  return false;
}

interface Pod extends KubeObject {
  spec: { nodeName?: string };
  status: { conditions?: { type: string; status: string }[] };
}

async function readyPods(api: KubeApi, namespace: string): Promise<Pod[]> {
  const pods = (await api.list("v1", "Pod", { namespace, labelSelector: "app=agent-memory" })) as unknown as Pod[];
  return pods.filter(({ status }) =>
    status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
  );
}

async function zonesOf(api: KubeApi, pods: readonly Pod[]): Promise<Set<string>> {
  const nodes = await api.list("v1", "Node");
  const zone = (name: string | undefined): string =>
    nodes.find(({ metadata }) => metadata.name === name)?.metadata.labels?.["topology.kubernetes.io/zone"] ?? "";
  return new Set(pods.map(({ spec }) => zone(spec.nodeName)));
}

async function removeAll(api: KubeApi, objects: readonly KubeObject[], namespaces: readonly string[]): Promise<void> {
  const clusterWide = objects.filter(({ metadata }) => metadata.namespace === undefined);
  for (const object of clusterWide) await api.remove(object);
  for (const name of namespaces) await api.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  const gone = [...namespaces, ...clusterWide.filter(({ kind }) => kind === "Namespace").map((o) => o.metadata.name)];
  await poll(
    async () => {
      const left = (await api.list("v1", "Namespace")).map(({ metadata }) => metadata.name);
      return gone.some((name) => left.includes(name)) ? undefined : true;
    },
    { what: `the namespaces ${gone.join(", ")} to be gone`, timeoutMs: 90_000, intervalMs: 500 },
  );
}

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
        const absent = unavailable(regions.definitions.missing);
        applied = rendered.map(({ objects }) => inOrder(objects.filter((object) => !absent.has(groupOf(object)))));
        const left = rendered.flatMap(({ objects }) => objects.filter((object) => absent.has(groupOf(object))));
        for (const object of left) {
          process.stdout.write(`    not applied: ${idOf(object)} (${absent.get(groupOf(object)) ?? ""})\n`);
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
          const name = "agent-memory-service";
          const autoscaler = await poll(
            async () => {
              const found = await api.get("autoscaling/v2", "HorizontalPodAutoscaler", {
                namespace: "agent-memory",
                name,
              });
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

      it("gives the agent's service account no right of its own", async () => {
        const questions = [
          ["get", "", "secrets"],
          ["list", "", "pods"],
          ["create", "", "pods"],
          ["get", "", "configmaps"],
          ["patch", "argoproj.io", "rollouts"],
          ["create", "", "pods/exec"],
        ] as const;
        for (const { api } of regions.both) {
          const agent = api.as("system:serviceaccount:agent-memory:agent-memory-sa", []);
          for (const [verb, group, resource] of questions) {
            const [of = "", subresource = ""] = resource.split("/");
            const attributes = { namespace: "agent-memory", verb, group, resource: of, subresource };
            const { status } = await agent.must<{ status: { allowed: boolean } }>(
              "POST",
              "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
              {
                body: {
                  apiVersion: "authorization.k8s.io/v1",
                  kind: "SelfSubjectAccessReview",
                  spec: { resourceAttributes: attributes },
                },
              },
            );
            assert.equal(status.allowed, false, `${verb} ${resource}`);
          }
          const { status } = await agent.ask("GET", "/api/v1/namespaces/agent-memory/secrets");
          assert.equal(status, 403);
          agent.close();
        }
      });
    });
  }
});
