import { CHECKS, CORE_CHECKS } from "../../policy/checks/index.js";
import type { Check } from "../../policy/engine/check.js";
import { CATEGORIES } from "../../policy/engine/result.js";

/** docs/checks.md: the rule book as people read it, made from the checks themselves. */
export function renderChecksDoc(): string {
  const sections = CATEGORIES.flatMap((category) => {
    const checks = CHECKS.filter((check) => check.category === category);
    return [`## ${category[0]?.toUpperCase() ?? ""}${category.slice(1)}`, "", ...checks.flatMap(describe)];
  });
  return `${[...INTRODUCTION, ...sections].join("\n").trimEnd()}\n`;
}

const INTRODUCTION = [
  "# Readiness checks",
  "",
  `${CHECKS.length} checks; the ${CORE_CHECKS.length} of the requirements are marked **core**. A check answers \`pass\`, \`fail\`, \`warning\``,
  "(partly met, no evidence, or unknown until deployment) or `n/a`. The same functions judge in the policy pack, in",
  "`npm run preview`, and in `npm run readiness` on manifests, a stack or a live cluster.",
  "",
  "In the policy pack a check of scope `resource` stops a single update; one of scope `stack` stops `pulumi preview`.",
  "Levels, parameters and central exemptions are the pack's configuration (`--policy-pack-config`), and the same file",
  "serves `readiness --config`.",
  "",
  "## Exemptions",
  "",
  "On the object or its pod template, for one check, until the end of a day (UTC), with a reason:",
  "",
  "```yaml",
  "metadata:",
  "  annotations:",
  '    exempt.agent-platform.io/min-replicas: "2027-06-30: one writer by design"',
  "```",
  "",
  "Centrally, by resource id (`*` stands for any run of characters):",
  "",
  "```json",
  '{ "min-replicas": { "exempt": [{ "resource": "StatefulSet/agents/*", "reason": "one writer", "expires": "2027-06-30" }] } }',
  "```",
  "",
  "An exemption that has expired, names no check or gives no reason is a finding itself (`exemption`). Exempted findings",
  "stay visible in every format.",
  "",
];

function describe(check: Check): string[] {
  const core = CORE_CHECKS.includes(check) ? ", **core**" : "";
  const parameters = Object.entries(check.parameters ?? {}).map(
    ([name, { type, default: value, description }]) =>
      `- parameter \`${name}\` (${type}, default \`${JSON.stringify(value)}\`): ${description}`,
  );
  return [
    `### ${check.id}`,
    "",
    `${check.title}. Severity ${check.severity}, scope ${check.scope}${core}.`,
    "",
    `- why: ${check.why}`,
    `- remedy: ${check.remediation}`,
    `- source: ${check.link.startsWith("https:") ? `<${check.link}>` : check.link}`,
    ...parameters,
    ...(check.remediate ? ["- the pack can remedy it at level `remediate` (off by default)"] : []),
    ...(check.exemptible === false ? ["- not exemptible"] : []),
    "",
  ];
}
