import { strict as assert } from "node:assert";
import { weightsName } from "../../../components/traffic/routes.js";
import type { DeliveryConfig } from "../../../config/schema/delivery.js";
import { planOf } from "./plan-of.js";

describe("a change of strategy", () => {
  const strategies = ["rolling", "canary", "progressive", "blueGreen"] as const;
  const namesOf = (strategy: DeliveryConfig["strategy"], managed: boolean): string[] => {
    const { services, routes } = planOf({ strategy });
    const own = services.filter(({ selectorIsManaged }) => selectorIsManaged === managed).map(({ name }) => name);
    return routes.weightsAreManaged === managed ? [...own, weightsName(routes)] : own;
  };

  it("never makes a field change hands: what the controller writes has names that Pulumi writes nowhere", () => {
    const [pulumis, controllers] = [false, true].map((managed) => strategies.flatMap((of) => namesOf(of, managed)));
    assert.deepEqual(
      pulumis!.filter((name) => controllers!.includes(name)),
      [],
    );
    assert.equal(new Set(controllers).size, 5);
  });

  it("is told by the workload: names of the stages, and how long to wait where there are none", () => {
    for (const strategy of strategies) {
      const [stable] = planOf({ strategy }).workloads;
      const stages = stable!.kind === "Rollout" ? "canary-5,canary-25,canary-50,full" : undefined;
      assert.equal(stable!.annotations["agent-platform.io/stages"], stages);
      assert.equal(stable!.annotations["agent-platform.io/rollout-timeout"], "600s");
    }
  });
});
