import { valueAt } from "../../../policy/checks/support/agreements.js";
import type { PulumiResource } from "../../../policy/model/pulumi.js";
import { at, isPlain, text, type Plain } from "../../../policy/model/values.js";

/** One field of the rendered stack removed or weakened: what somebody might do in passing. */
export interface Mutant {
  readonly requirement: string;
  readonly what: string;
  /** `Kind/name` of an object of the primary region, or `type name` of a cloud resource. */
  readonly resource: string;
  /**
   * `delete`, `- PATH` or `PATH := JSON`; steps by dots, `[name]` for an entry of a list by name, type, key or place.
   * `options.` leads to what the program says of the resource besides its properties.
   */
  readonly change: string;
  /** Why nothing needs to catch it. */
  readonly harmless?: string;
}

type Row = readonly [what: string, resource: string, change: string, harmless?: string];

/** The mutants of one requirement, a row each. */
export function mutantsOf(requirement: string, rows: readonly Row[]): readonly Mutant[] {
  return rows.map(([what, resource, change, harmless]) => ({
    requirement,
    what,
    resource,
    change,
    ...(harmless === undefined ? {} : { harmless }),
  }));
}

/** The stack with the change made; a change that changes nothing is an error, since no rule could catch it. */
export function mutate(resources: readonly PulumiResource[], mutant: Mutant): readonly PulumiResource[] {
  const target = resources.find((resource) => isMeant(resource, mutant.resource));
  if (!target) throw new Error(`${mutant.what}: no ${mutant.resource} in the stack`);
  if (mutant.change === "delete") return resources.filter((resource) => resource !== target);
  const removal = /^- (.+)$/.exec(mutant.change)?.[1];
  const [path = "", json] = removal === undefined ? mutant.change.split(" := ") : [removal];
  const steps = [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, bracketed, plain]) => bracketed ?? plain ?? "");
  const isOption = steps[0] === "options";
  const before = isOption ? valueAt({ ...target }, steps.slice(1)) : valueAt(target.props, steps);
  const after: unknown = json === undefined ? undefined : JSON.parse(json);
  if (removal !== undefined && before === undefined) throw new Error(`${mutant.what}: nothing at ${path}`);
  if (JSON.stringify(before) === JSON.stringify(after)) throw new Error(`${mutant.what}: ${path} is that already`);
  const changed = isOption
    ? (replaced({ ...target }, steps.slice(1), after) as PulumiResource)
    : { ...target, props: replaced(target.props, steps, after) as Plain };
  return resources.map((resource) => (resource === target ? changed : resource));
}

function isMeant({ type, name, props, cluster }: PulumiResource, wanted: string): boolean {
  if (wanted.includes(" ")) return `${type} ${name}` === wanted;
  if (!type.startsWith("kubernetes:") || cluster?.startsWith("us-east-1") !== true) return false;
  const kind = text(props.kind) ?? type.split(":").at(-1) ?? "";
  return `${kind}/${text(at(props, "metadata", "name")) ?? name}` === wanted;
}

/** A copy with the value at the path replaced, or left out where there is none. */
function replaced(value: unknown, [step, ...rest]: readonly string[], after: unknown): unknown {
  if (step === undefined) return after;
  if (Array.isArray(value)) {
    const entries: readonly unknown[] = value;
    const index = /^\d+$/.test(step)
      ? Number(step)
      : entries.findIndex((entry) => isPlain(entry) && [entry.name, entry.type, entry.key].includes(step));
    return entries.flatMap((entry, place) => {
      if (place !== index) return [entry];
      const next = replaced(entry, rest, after);
      return next === undefined ? [] : [next];
    });
  }
  const source = isPlain(value) ? value : {};
  const next = replaced(source[step], rest, after);
  const others = Object.entries(source).filter(([key]) => key !== step);
  return Object.fromEntries(next === undefined ? others : [...others, [step, next]]);
}
