import { isDeepStrictEqual } from "node:util";
import type { RecordedResource } from "../../../cli/preview/recording.js";
import type { Step } from "./engine.js";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** What the engine's JSON shows in place of a secret. */
const secret = "[secret]";

interface Registered {
  readonly type: string;
  readonly urn: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

/** Type, name, parent, provider and guards, in which both previews must agree for every resource. */
export function placeOf({ type, urn, parent, provider, protect, retainOnDelete }: Registered): string {
  const guards = `${protect === true ? ", protected" : ""}${retainOnDelete === true ? ", retained" : ""}`;
  const within = parent === undefined ? "nothing" : nameOf(parent);
  return `${type} ${nameOf(urn)} in ${within} by ${providerOf(provider)}${guards}`;
}

/** Name of the provider; the engine adds its id, and registers one of its own where the program names none. */
function providerOf(provider: string | undefined): string {
  const name = provider?.split("::")[3] ?? "";
  return name === "" || name.startsWith("default") ? "default" : name;
}

const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

/**
 * Paths at which the inputs that the engine holds differ from those that the offline preview recorded. A real provider
 * adds to what it is given (defaults, names, annotations of its own), so there the recorded inputs must be contained; a
 * stand-in's must be equal.
 *
 * @param derives Whether a real cloud's provider took part: from what it is given it tells in the preview already some of
 *   what the offline preview leaves to the deployment, such as the address of a service account.
 */
export function inputDifferences(recorded: RecordedResource, step: Step, derives = false): string[] {
  const inputs = step.newState?.inputs ?? {};
  const contained = /^(kubernetes|random|pulumi):/.test(recorded.type) || "__defaults" in inputs;
  return differences({ expected: recorded.inputs, actual: inputs, path: "", contained, derives }).map(
    (line) => `${recorded.type} ${recorded.name}: ${line}`,
  );
}

interface Pair {
  readonly expected: unknown;
  readonly actual: unknown;
  readonly path: string;
  readonly contained: boolean;
  readonly derives: boolean;
}

function differences({ expected, actual, path, contained, derives }: Pair): string[] {
  if (actual === secret || isSecret(actual)) return [];
  if (expected === unknown && derives) return [];
  if (expected === unknown || actual === unknown)
    return expected === actual ? [] : [`${path}: known in one preview only`];
  if (typeof expected !== "object" || expected === null || typeof actual !== "object" || actual === null) {
    return Object.is(expected, actual) || sameJson(expected, actual)
      ? []
      : [`${path}: ${JSON.stringify(expected)} and ${JSON.stringify(actual)}`];
  }
  const left = expected as Readonly<Record<string, unknown>>;
  const right = actual as Readonly<Record<string, unknown>>;
  const keys = new Set([...Object.keys(left), ...(contained ? [] : Object.keys(right))]);
  return [...keys]
    .filter((key) => !key.startsWith("__"))
    .flatMap((key) => {
      const inner = path === "" ? key : `${path}.${key}`;
      return differences({ expected: left[key], actual: right[key], path: inner, contained, derives });
    });
}

/** Policies and a provider's settings are JSON in text, whose keys a provider may sort. */
function sameJson(expected: unknown, actual: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(String(expected)), JSON.parse(String(actual)));
  } catch {
    return false;
  }
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && "4dabf18193072939515e22adb298388d" in value;
}
