import type { Subject } from "../model/resource.js";
import type { Suppression } from "./result.js";

/** Prefix of the annotation that exempts an object: `exempt.agent-platform.io/<check>: "YYYY-MM-DD: reason"`. */
export const EXEMPTION_PREFIX = "exempt.agent-platform.io/";

/** An exemption of the central configuration. */
export interface Exemption {
  readonly check: string;
  /** Resource id, `*` matching any run of characters: `Deployment/agents/*`. */
  readonly resource: string;
  readonly reason: string;
  /** Last day on which it holds, `YYYY-MM-DD`. */
  readonly expires: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ANNOTATION = /^\s*(\d{4}-\d{2}-\d{2})\s*:\s*(\S[\s\S]*)$/;

/** The exemption that an annotation grants; `undefined` where it has no reason, no date or an impossible one. */
export function parseAnnotation(value: string): Suppression | undefined {
  const [, expires = "", reason = ""] = ANNOTATION.exec(value) ?? [];
  if (!isDay(expires)) return undefined;
  return { reason: reason.trim(), expires, source: "annotation" };
}

/** Whether an exemption no longer holds on the day of `now` (UTC). */
export function hasExpired(expires: string, now: Date): boolean {
  return expires < now.toISOString().slice(0, 10);
}

export function isDay(value: string): boolean {
  return DAY.test(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().startsWith(value);
}

/** The exemption of a check that holds for a subject, from its annotations or the central configuration. */
export function exemptionOf(check: string, subject: Subject, options: ExemptionOptions): Suppression | undefined {
  const annotation = subject.annotations[EXEMPTION_PREFIX + check];
  const own = annotation === undefined ? undefined : parseAnnotation(annotation);
  if (own && !hasExpired(own.expires, options.now)) return own;
  const central = options.exemptions.find(
    (entry) =>
      entry.check === check &&
      entry.reason.trim() !== "" &&
      isDay(entry.expires) &&
      !hasExpired(entry.expires, options.now) &&
      matchesPattern(entry.resource, subject.id),
  );
  return central && { reason: central.reason, expires: central.expires, source: "configuration" };
}

export interface ExemptionOptions {
  readonly now: Date;
  readonly exemptions: readonly Exemption[];
}

/** What is wrong with an exemption of the configuration, if anything. */
export function faultOfExemption(entry: Exemption, known: ReadonlySet<string>, now: Date): string | undefined {
  if (!known.has(entry.check)) return `exempts "${entry.check}", which is no check`;
  if (entry.reason.trim() === "") return `exempts "${entry.check}" without a reason`;
  if (!isDay(entry.expires)) return `exempts "${entry.check}" without a valid expiry (YYYY-MM-DD)`;
  if (hasExpired(entry.expires, now)) return `the exemption of "${entry.check}" expired on ${entry.expires}`;
  return undefined;
}

/** Whether a pattern (`*` for any run of characters) matches the whole id; linear, so that no pattern can stall a run. */
export function matchesPattern(pattern: string, id: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  if (rest.length === 0) return pattern === id;
  if (!id.startsWith(first)) return false;
  let from = first.length;
  const last = rest.pop() ?? "";
  for (const part of rest) {
    const found = id.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return id.length - last.length >= from && id.endsWith(last);
}
