import { isUnknown, record, records, stringMap, text, texts } from "./values.js";

export type Labels = Readonly<Record<string, string>>;
/** `unknown`: some of the selector is known only at deployment. */
export type Match = boolean | "unknown";

/** Whether a label selector (`matchLabels`, `matchExpressions`) selects these labels; an empty one selects all. */
export function selects(selector: unknown, labels: Labels): Match {
  if (isUnknown(selector)) return "unknown";
  const { matchLabels, matchExpressions } = record(selector);
  let verdict = selectsAll(matchLabels, labels);
  for (const expression of records(matchExpressions)) {
    const next = satisfies(expression, labels);
    if (next === false) return false;
    if (next === "unknown") verdict = verdict === false ? false : "unknown";
  }
  return verdict;
}

/** Whether every `key: value` is among the labels (the selector of a Service). */
export function selectsAll(wanted: unknown, labels: Labels): Match {
  if (isUnknown(wanted)) return "unknown";
  let verdict: Match = true;
  for (const [key, value] of Object.entries(record(wanted))) {
    if (isUnknown(value)) verdict = "unknown";
    else if (labels[key] !== value) return false;
  }
  return verdict;
}

function satisfies(expression: Readonly<Record<string, unknown>>, labels: Labels): Match {
  const key = text(expression.key);
  if (key === undefined) return isUnknown(expression.key) ? "unknown" : false;
  const actual = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (isUnknown(expression.values)) return "unknown";
  const values = texts(expression.values);
  switch (expression.operator) {
    case "In":
      return actual !== undefined && values.includes(actual);
    case "NotIn":
      return actual === undefined || !values.includes(actual);
    case "Exists":
      return actual !== undefined;
    case "DoesNotExist":
      return actual === undefined;
    default:
      return isUnknown(expression.operator) ? "unknown" : false;
  }
}

/** Labels that the selected pods must have: what an index can look up. */
export function requiredLabels(selector: unknown): Labels {
  return stringMap(record(selector).matchLabels);
}

/** Whether a selector asks for anything at all. */
export function isEmptySelector(selector: unknown): boolean {
  const { matchLabels, matchExpressions } = record(selector);
  return Object.keys(record(matchLabels)).length === 0 && records(matchExpressions).length === 0;
}
