import { defineCheck } from "../../engine/check.js";
import { EXEMPTION_PREFIX, hasExpired, parseAnnotation } from "../../engine/exemptions.js";
import { fail, pass } from "../../engine/result.js";
import type { Subject } from "../../model/resource.js";
import type { PlatformView } from "../../model/view.js";

/**
 * Severity medium; not exemptible. An exemption names a check, a reason and a last day. One that has expired, names no
 * check or gives no reason is a finding itself. Source: this rule book.
 */
export const exemption = defineCheck<Subject>({
  id: "exemption",
  title: "Exemptions are known, reasoned and in date",
  category: "security",
  severity: "medium",
  scope: "resource",
  why: "An exemption that nobody looks at again switches a rule off for ever.",
  remediation: `Write exempt.agent-platform.io/<check>: "YYYY-MM-DD: reason", or remove the annotation.`,
  link: "docs/checks.md#exemptions",
  exemptible: false,
  subjects: (view: PlatformView) => {
    const owned = new Set(view.workloads.map((workload) => workload.id));
    const all: readonly Subject[] = [
      ...view.workloads,
      ...view.resources.filter(({ id }) => !owned.has(id)),
      ...view.cloud,
    ];
    return all.filter((subject) => Object.keys(subject.annotations).some((key) => key.startsWith(EXEMPTION_PREFIX)));
  },
  judge: ({ annotations }, { checkIds, view }) => {
    const faults: string[] = [];
    const good: string[] = [];
    for (const [key, value] of Object.entries(annotations)) {
      if (!key.startsWith(EXEMPTION_PREFIX)) continue;
      const id = key.slice(EXEMPTION_PREFIX.length);
      const parsed = parseAnnotation(value);
      if (!checkIds.has(id)) faults.push(`exempts "${id}", which is no check`);
      else if (!parsed) faults.push(`exempts ${id} without a last day or a reason`);
      else if (hasExpired(parsed.expires, view.facts.now))
        faults.push(`the exemption of ${id} expired on ${parsed.expires}`);
      else good.push(`${id} until ${parsed.expires} (${parsed.reason})`);
    }
    return faults.length > 0 ? fail(faults.join("; ")) : pass(`exempt from ${good.join("; ")}`);
  },
});
