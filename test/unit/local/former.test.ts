import { strict as assert } from "node:assert";
import { identityOf, without } from "../../../operations/local/former.js";

function object(apiVersion: string, kind: string, path: string) {
  const [name = "", namespace] = path.split("/").reverse();
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: { app: "x" } },
  };
}

describe("objects of an earlier configuration", () => {
  const canary = object("apps/v1", "Deployment", "agent-memory/agent-memory-canary");

  it("are those that this one has not, by group, kind, namespace and name", () => {
    const before = [
      canary,
      object("v1", "Namespace", "agent-memory"),
      object("autoscaling/v1", "HorizontalPodAutoscaler", "agent-memory/agent"),
      object("v1", "Service", "elsewhere/agent"),
    ].map(identityOf);
    const now = [
      object("v1", "Namespace", "agent-memory"),
      object("autoscaling/v2", "HorizontalPodAutoscaler", "agent-memory/agent"),
      object("v1", "Service", "agent-memory/agent"),
    ];
    assert.deepEqual(
      without(before, now).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`),
      ["Deployment agent-memory/agent-memory-canary", "Service elsewhere/agent"],
    );
    assert.deepEqual(without(before, before), []);
  });

  it("are noted by their identity alone: no secret stays in the note", () => {
    assert.deepEqual(identityOf({ ...canary, data: { password: "x" } }), {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "agent-memory-canary", namespace: "agent-memory" },
    });
  });
});
