import { strict as assert } from "node:assert";
import fc from "fast-check";
import { PlatformError } from "../../common/errors.js";
import { count, soak } from "../support/counts.js";
import { rawConfig, runRaw, stackNames } from "../support/stacks.js";

type Raw = Record<string, unknown>;

/** What people and scripts put into configuration by mistake, and what they mean. */
const value = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    -1,
    0,
    1,
    2,
    3,
    20,
    1e9,
    0.5,
    "",
    "true",
    "10m",
    "0",
    "latest",
    "aws",
    "10.0.0.0/8",
  ),
  fc.constantFrom<unknown>(
    [],
    {},
    [[]],
    { secure: "v1:abc" },
    "0 2 * * *",
    "us-east-1",
    "a".repeat(300),
    "ünïcode",
    "$(id)",
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

interface Mutation {
  /** Which of the leaves and branches is hit, as a fraction of their number. */
  readonly at: number;
  readonly kind: "set" | "delete" | "add" | "duplicate";
  readonly value: unknown;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({ min: 0, max: 0.9999, noNaN: true }),
  kind: fc.constantFrom("set", "delete", "add", "duplicate"),
  value,
});

interface Place {
  readonly holder: Record<PropertyKey, unknown>;
  readonly key: PropertyKey;
}

function places(node: unknown): Place[] {
  if (typeof node !== "object" || node === null) return [];
  const holder = node as Record<PropertyKey, unknown>;
  const keys: PropertyKey[] = Array.isArray(node) ? [...node.keys()] : Object.keys(node);
  return keys.flatMap((key) => [{ holder, key }, ...places(holder[key])]);
}

function apply(raw: Raw, { at, kind, value: put }: Mutation): void {
  const all = places(raw);
  const place = all[Math.floor(at * all.length)];
  if (place === undefined) return;
  const { holder, key } = place;
  if (kind === "set") holder[key] = put;
  else if (kind === "add") holder[`${String(key)}x`] = put;
  else if (kind === "duplicate" && Array.isArray(holder)) holder.push(structuredClone(holder[key as number]));
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

describe("mutated configurations", function () {
  this.timeout(1_800_000);
  const runs = count(60, 500);

  it(`are each accepted and previewed, or answered with every fault (${runs} of them)`, async () => {
    const tally = { accepted: 0, refused: 0 };
    const check = async (raw: Raw): Promise<void> => {
      try {
        const run = await runRaw(raw);
        assert.ok(run.resources.length > 50);
        tally.accepted += 1;
      } catch (thrown) {
        assert.ok(
          thrown instanceof PlatformError,
          `${String(thrown)}\n${thrown instanceof Error ? (thrown.stack ?? "") : ""}`,
        );
        assert.equal(thrown.exitCode, 2);
        assert.ok(thrown.faults.length > 0);
        for (const fault of thrown.faults) {
          assert.notEqual(fault.rule, "");
          assert.notEqual(fault.fix, "");
        }
        tally.refused += 1;
      }
    };
    const arbitrary = fc.tuple(fc.constantFrom(...stackNames), fc.array(mutation, { minLength: 1, maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(arbitrary, async ([stack, mutations]) => {
        const raw = rawConfig(stack);
        for (const one of mutations) apply(raw, one);
        await check(raw);
      }),
      // The small count repeats the same cases, so that it says the same of the same program; the soak run draws new ones.
      { numRuns: runs, endOnFailure: true, ...(soak ? {} : { seed: 20261123 }) },
    );
    process.stdout.write(
      `      ${runs} mutated configurations: ${tally.accepted} previewed, ${tally.refused} refused with exit code 2\n`,
    );
    assert.equal(tally.accepted + tally.refused, runs);
    assert.ok(tally.refused > 0);
  });
});
