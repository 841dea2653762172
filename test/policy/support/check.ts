import assert from "node:assert/strict";
import type { Check } from "../../../policy/engine/check.js";
import { judge } from "../../../policy/engine/judge.js";
import type { Result } from "../../../policy/engine/result.js";
import { CHECKS } from "../../../policy/checks/index.js";
import { viewOfPulumi, type PulumiResource } from "../../../policy/model/pulumi.js";
import { toResource } from "../../../policy/model/resource.js";
import { PlatformView } from "../../../policy/model/view.js";
import type { Plain } from "../../../policy/model/values.js";

/** The day of all these tests. */
export const NOW = new Date("2026-11-23T12:00:00Z");

/** A Kubernetes object, or a resource of a cloud as Pulumi registers it. */
export type Input = object;

/** A resource of a cloud. */
export function cloud(type: string, name: string, props: object): PulumiResource {
  return { urn: urn(type, name), type, name, props: props as Plain };
}

function urn(type: string, name: string): string {
  return `urn:pulumi:production::agent-platform::${type}::${name}`;
}

interface Settings {
  readonly environment?: string;
  readonly parameters?: Readonly<Record<string, number | string | boolean | readonly string[]>>;
}

/** What one check says of some objects. */
export function resultsOf(check: Check, inputs: readonly Input[], settings: Settings = {}): Result[] {
  const resources = inputs.filter((input): input is PulumiResource => "urn" in input);
  const objects = inputs
    .filter((input) => !("urn" in input))
    .flatMap((input) => toResource({ object: input as Plain, origin: {} }) ?? []);
  const facts = { now: NOW, ...(settings.environment === undefined ? {} : { environment: settings.environment }) };
  const view = new PlatformView(objects, viewOfPulumi(resources, facts).cloud, facts);
  const known = new Set(CHECKS.map(({ id }) => id));
  return judge([check], view, { known, parameters: { [check.id]: settings.parameters ?? {} } });
}

type Case = readonly Input[] | { readonly inputs: readonly Input[]; readonly settings: Settings };

export interface Specification {
  readonly pass: Readonly<Record<string, Case>>;
  /** By the words that the message must hold. */
  readonly violation: Readonly<Record<string, Case>>;
  /** Objects that the check asks nothing of: no result, or only `n/a`. */
  readonly wrongKind: readonly Input[];
  /** Something of it is known only at deployment: a warning that says so, never a pass. Else why nothing can be. */
  readonly unknown: Case | string;
}

/** The five things that every check is held to. */
export function describeCheck(check: Check, specification: Specification): void {
  describe(check.id, () => {
    it("is part of the rule book, with why, remedy and source", () => {
      assert.ok(CHECKS.includes(check));
      for (const field of [check.title, check.why, check.remediation, check.link]) assert.ok(field.length > 10);
    });
    for (const [name, example] of Object.entries(specification.pass)) {
      it(`passes: ${name}`, () => {
        const results = run(check, example);
        assert.ok(
          results.some((result) => result.status === "pass"),
          show(results),
        );
        assert.deepEqual(results.filter(isTrouble), [], show(results));
      });
    }
    for (const [message, example] of Object.entries(specification.violation)) {
      it(`finds: ${message}`, () => {
        const found = run(check, example).filter(isTrouble);
        assert.ok(
          found.some((result) => result.message.includes(message)),
          show(run(check, example)),
        );
      });
    }
    it("asks nothing of what it is not about", () => {
      const results = resultsOf(check, specification.wrongKind);
      assert.ok(specification.wrongKind.length > 0);
      assert.deepEqual(
        results.filter((result) => result.status !== "n/a"),
        [],
        show(results),
      );
    });
    itSaysUnknown(check, specification);
    itCanBeExempted(check, specification);
  });
}

function itSaysUnknown(check: Check, { unknown }: Specification): void {
  if (typeof unknown === "string") {
    it(`can always be judged: ${unknown}`, () => assert.ok(unknown.length > 10));
    return;
  }
  it("says what is unknown until deployment, and does not pass it", () => {
    const results = run(check, unknown);
    assert.ok(
      results.some((result) => /unknown until deployment/.test(result.message)),
      show(results),
    );
    assert.ok(
      results.every((result) => result.status !== "fail"),
      show(results),
    );
  });
}

function itCanBeExempted(check: Check, { violation }: Specification): void {
  it(check.exemptible === false ? "cannot be exempted" : "can be exempted, with a reason and until a day", () => {
    const [example] = Object.values(violation);
    assert.ok(example);
    const exempted = (value: string): Result[] => {
      const annotated = inputsOf(example).map((input) =>
        annotate(input, `exempt.agent-platform.io/${check.id}`, value),
      );
      return run(check, { inputs: annotated, settings: settingsOf(example) }).filter(
        (result) => result.status !== "n/a" && isTrouble(result),
      );
    };
    const held = exempted("2026-12-31: agreed for now");
    assert.ok(held.length > 0, "an exempted finding stays visible");
    if (check.exemptible === false) assert.ok(held.every((result) => result.suppressed === undefined));
    else
      assert.deepEqual(held[0]?.suppressed, { reason: "agreed for now", expires: "2026-12-31", source: "annotation" });
    for (const worthless of ["2026-11-22: expired yesterday", "2026-12-31:", "because"]) {
      assert.ok(
        exempted(worthless).some((result) => result.suppressed === undefined),
        worthless,
      );
    }
  });
}

function annotate(input: Input, key: string, value: string): Input {
  if ("urn" in input) {
    const { props } = input as PulumiResource;
    return { ...input, props: { ...props, tags: { ...(props.tags as object | undefined), [key]: value } } };
  }
  const { metadata } = input as { metadata?: { annotations?: object } };
  return { ...input, metadata: { ...metadata, annotations: { ...metadata?.annotations, [key]: value } } };
}

function run(check: Check, example: Case): Result[] {
  return resultsOf(check, inputsOf(example), settingsOf(example));
}

function inputsOf(example: Case): readonly Input[] {
  return "inputs" in example ? example.inputs : example;
}

function settingsOf(example: Case): Settings {
  return "inputs" in example ? example.settings : {};
}

function isTrouble(result: Result): boolean {
  return result.status === "fail" || result.status === "warning";
}

function show(results: readonly Result[]): string {
  return results.map(({ resource, status, message }) => `${resource}: ${status}: ${message}`).join("\n") || "no result";
}
