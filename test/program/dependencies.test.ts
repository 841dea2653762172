import { strict as assert } from "node:assert";
import type { RecordedResource } from "../../cli/preview/recording.js";
import { runOf, stackNames } from "../support/stacks.js";

const MOST_STEPS = 1_000_000;

/** Steps by which the engine gathers what a resource depends on: it walks every path, and not every resource once. */
function stepsFrom(resources: readonly RecordedResource[]): (urn: string) => number {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const known = new Map<string, number>();
  const steps = (urn: string): number => {
    const resource = byUrn.get(urn);
    if (resource === undefined) return 0;
    const before = known.get(urn);
    if (before !== undefined) return before;
    const next = [...resource.dependencies, ...(resource.provider === undefined ? [] : [resource.provider])];
    const sum = next.reduce((total, dependency) => total + steps(dependency), 1);
    known.set(urn, sum);
    return sum;
  };
  return steps;
}

describe("dependencies of the stacks", function () {
  this.timeout(300_000);

  for (const stack of stackNames) {
    it(`of ${stack} are few enough for the engine to answer when a resource cannot be deleted`, async () => {
      const { resources } = await runOf(stack);
      const steps = stepsFrom(resources);
      const counts = resources.filter(({ custom }) => custom).map(({ urn }) => [steps(urn), urn] as const);
      const [most, urn] = counts.reduce((worst, one) => (one[0] > worst[0] ? one : worst));
      process.stdout.write(`      ${stack}: at most ${most} steps\n`);
      assert.ok(most <= MOST_STEPS, `${most} steps from ${urn}`);
    });
  }
});
