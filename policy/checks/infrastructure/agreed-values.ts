import { parseQuantity } from "../../../common/quantity.js";
import { defineCheck, type Context } from "../../engine/check.js";
import { matchesPattern } from "../../engine/exemptions.js";
import { fail, pass, unknownUntilDeployment, type Verdict } from "../../engine/result.js";
import type { Subject } from "../../model/resource.js";
import type { PlatformView } from "../../model/view.js";
import { fingerprint, isUnknown, shown, type Plain } from "../../model/values.js";
import { parseAgreement, valueAt, type Agreement } from "../support/agreements.js";

interface Agreed extends Subject {
  readonly body: Plain;
}

/**
 * Severity high. What a service's owners agreed on beyond any general rule (ports, time-outs, probe timings, host names)
 * is in force: each entry of `values` names a resource and what a field of it must be; no resource of that name at all is
 * a failure too. Without entries it asks nothing. Source: R2 to R9 (the figures of the service).
 */
export const agreedValues = defineCheck<Agreed>({
  id: "agreed-values",
  title: "Agreed figures are in force",
  category: "infrastructure",
  severity: "high",
  scope: "stack",
  why: "A time-out, a port or a host name that somebody changed in passing is found by users.",
  remediation: "Set the field back, or change the agreement (parameter values of agreed-values) with the owners.",
  link: "docs/checks.md#agreed-values",
  parameters: {
    values: {
      type: "array",
      default: [],
      description:
        "`RESOURCE | PATH OPERATOR VALUE`: `*` in RESOURCE for any run of characters, `*:` in front for each cluster; steps of PATH by dots, `[name]` for the entry of a list with that name (or type, or key); operators `=`, `>=`, `<=`, `~` (holds the text), none (is there).",
    },
  },
  subjects: (view, context) => {
    const patterns = patternsOf(agreementsOf(context));
    const agreed = everything(view).filter(({ id }) => patterns.some((pattern) => matchesPattern(pattern, id)));
    return patterns.length === 0 ? [] : [...agreed, ABSENT];
  },
  judge: (subject, context) => {
    const agreements = agreementsOf(context);
    if (subject === ABSENT) return judgeAbsent(agreements, context.view);
    return judgeOwn(
      agreements.filter((agreement) => matchesPattern(agreement.resource, subject.id)),
      subject,
    );
  },
});

/** What is agreed on and not there has no resource to be reported at. */
const ABSENT: Agreed = { id: "(agreed resources)", origin: {}, annotations: {}, body: {} };

function agreementsOf(context: Context): readonly Agreement[] {
  return context.strings("values").map(parseAgreement);
}

function patternsOf(agreements: readonly Agreement[]): readonly string[] {
  return [...new Set(agreements.map(({ resource }) => resource))];
}

function everything(view: PlatformView): readonly Agreed[] {
  return [...view.resources, ...view.cloud.map((resource) => ({ ...resource, body: resource.props }))];
}

function judgeAbsent(agreements: readonly Agreement[], view: Context["view"]): Verdict {
  const ids = everything(view).map(({ id }) => id);
  const clusters = [...new Set(view.resources.map(({ cluster }) => cluster))].filter((cluster) => cluster !== "");
  const wanted = patternsOf(agreements).flatMap((pattern) => inEachCluster(pattern, clusters));
  const absent = wanted.filter((pattern) => !ids.some((id) => matchesPattern(pattern, id)));
  return absent.length > 0 ? fail(`not part of the input: ${absent.join(", ")}`) : pass("every one is there");
}

/** `*:Service/…` is agreed on for every cluster: one that lost its own is not excused by another that has it. */
function inEachCluster(pattern: string, clusters: readonly string[]): readonly string[] {
  return pattern.startsWith("*:") ? clusters.map((cluster) => cluster + pattern.slice(1)) : [pattern];
}

function judgeOwn(agreements: readonly Agreement[], { body }: Agreed): Verdict {
  const broken: string[] = [];
  for (const { path, steps, operator, wanted } of agreements) {
    const actual = valueAt(body, steps);
    if (isUnknown(actual)) return unknownUntilDeployment(path);
    if (!holds(actual, operator, wanted)) {
      broken.push(
        `${path} is ${actual === undefined ? "not there" : shown(actual)}, agreed ${operator} ${wanted}`.trim(),
      );
    }
  }
  return broken.length > 0 ? fail(broken.join("; ")) : pass(`${agreements.length} agreed values`);
}

function holds(actual: unknown, operator: Agreement["operator"], wanted: string): boolean {
  if (actual === undefined || actual === null || actual === "") return false;
  switch (operator) {
    case "":
      return true;
    case "~":
      return (typeof actual === "string" ? actual : fingerprint(actual)).includes(wanted);
    case "=":
      return scalar(actual) === wanted;
    default: {
      const [is, bound] = [amount(actual), amount(wanted)];
      if (is === undefined || bound === undefined) return false;
      return operator === ">=" ? is >= bound : is <= bound;
    }
  }
}

function scalar(value: unknown): string {
  return typeof value === "string" ? value : fingerprint(value);
}

/** A number, a quantity (`512Mi`) or a time in seconds (`300s`, `10m` is a quantity: agree on minutes with `=`). */
function amount(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" ? parseQuantity(value.replace(/^(\d+)s$/, "$1")) : undefined;
}
