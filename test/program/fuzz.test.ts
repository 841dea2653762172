import { strict as assert } from "node:assert";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { runProgram } from "../../cli/preview/run-program.js";
import { readStackFile } from "../../cli/preview/stack-files.js";
import { PlatformError, type Fault } from "../../common/errors.js";
import { program } from "../../components/program.js";
import { count, soak } from "../support/counts.js";
import { root, stackNames } from "../support/stacks.js";

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
    "https://user:pass@example.com",
    "0 2 * * *",
    "us-east-1",
    "a".repeat(300),
    "ünïcode",
    "$(id)",
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

interface Mutation {
  /** Which of the leaves and branches is hit, modulo their number. */
  readonly at: number;
  readonly kind: "set" | "nudge" | "delete" | "add" | "duplicate";
  readonly value: unknown;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.noBias(fc.nat(9999)),
  kind: fc.constantFrom("set", "nudge", "nudge", "nudge", "delete", "delete", "add", "duplicate"),
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

/** A value beside the given one, of the kind that is often still right. */
function nudged(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  return typeof value === "string" ? value.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)) : value;
}

function apply(raw: Raw, { at, kind, value: put }: Mutation): void {
  const all = places(raw);
  const place = all[at % all.length];
  if (place === undefined) return;
  const { holder, key } = place;
  if (kind === "set") holder[key] = put;
  else if (kind === "nudge") holder[key] = nudged(holder[key]);
  else if (kind === "add") holder[`${String(key)}x`] = put;
  else if (kind === "duplicate" && Array.isArray(holder)) holder.push(structuredClone(holder[key as number]));
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

/** Faults that have no value to show: it is missing, secret, or the key itself is wrong. */
const withoutValue = /is required|is no configuration key|secret|is encrypted/;

function checkFault({ path, rule, fix, received }: Fault): void {
  assert.notEqual(path, "", rule);
  assert.notEqual(rule, "", path);
  assert.notEqual(fix, "", path);
  assert.ok(received !== undefined || withoutValue.test(rule), `${path} shows no value: ${rule}`);
}

describe("mutated configurations", function () {
  this.timeout(1_800_000);
  const runs = count(40, 500);
  const folder = mkdtempSync(join(tmpdir(), "mutated-"));
  before(() => copyFileSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml")));
  after(() => rmSync(folder, { recursive: true }));

  it(`are each accepted and previewed, or answered with every fault (${runs} of them)`, async () => {
    const tally = { accepted: 0, refused: 0, faults: 0 };
    const check = async (config: Raw): Promise<void> => {
      writeFileSync(join(folder, "Pulumi.mutated.yaml"), stringify({ config }));
      try {
        const run = await runProgram(program, readStackFile(folder, "mutated"));
        assert.ok(run.resources.length > 50);
        tally.accepted += 1;
      } catch (thrown) {
        assert.ok(
          thrown instanceof PlatformError,
          `${String(thrown)}\n${thrown instanceof Error ? (thrown.stack ?? "") : ""}`,
        );
        assert.equal(thrown.exitCode, 2);
        assert.ok(thrown.faults.length > 0);
        thrown.faults.forEach(checkFault);
        tally.refused += 1;
        tally.faults += thrown.faults.length;
      }
    };
    const arbitrary = fc.tuple(fc.constantFrom(...stackNames), fc.array(mutation, { minLength: 1, maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(arbitrary, async ([stack, mutations]) => {
        const { config } = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as { config: Raw };
        for (const one of mutations) apply(config, one);
        await check(config);
      }),
      // The small count repeats the same cases, so that it says the same of the same program; the soak run draws new ones.
      { numRuns: runs, endOnFailure: true, ...(soak ? {} : { seed: 20261123 }) },
    );
    process.stdout.write(
      `      ${runs} mutated configurations: ${tally.accepted} previewed, ${tally.refused} refused with ${tally.faults} faults in all\n`,
    );
    assert.equal(tally.accepted + tally.refused, runs);
    assert.ok(tally.refused > runs / 10 && tally.accepted > runs / 10);
  });
});
