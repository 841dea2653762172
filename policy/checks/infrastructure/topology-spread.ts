import { defineCheck, type Context } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import { selects } from "../../model/selectors.js";
import { at, holdsUnknown, isPlain, isUnknown, list, number, records, text, type Plain } from "../../model/values.js";
import type { Workload } from "../../model/workload.js";
import { longRunning } from "../support/subjects.js";

const HOST = "kubernetes.io/hostname";
const ZONE = "topology.kubernetes.io/zone";
const ANTI_AFFINITY_KEYS = new Set([
  HOST,
  ZONE,
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
]);

/**
 * Severity medium. Replicas on one node die together. Counts what really applies: a constraint or anti-affinity term
 * whose selector matches the workload's own pods, in their own namespace. One replica has nothing to spread. Source:
 * R2 (anti-affinity by hostname, spread over zones).
 */
export const topologySpread = defineCheck({
  id: "topology-spread",
  title: "Replicas are spread over nodes and zones",
  category: "infrastructure",
  severity: "medium",
  scope: "stack",
  why: "Replicas that share a node or a zone are lost together.",
  remediation:
    "Add podAntiAffinity by kubernetes.io/hostname and a topologySpreadConstraint over zones, on the pods' own labels.",
  link: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
  parameters: {
    zones: { type: "boolean", default: false, description: "Also ask for a spread over zones." },
  },
  subjects: (view) => longRunning(view).filter((workload) => workload.kind !== "DaemonSet"),
  judge: (workload, context) => {
    const constraints = at(workload.podSpec, "topologySpreadConstraints");
    const affinity = at(workload.podSpec, "affinity");
    if (isUnknown(workload.podSpec) || holdsUnknown(constraints) || holdsUnknown(affinity)) {
      return unknownUntilDeployment("the pods' placement");
    }
    const invalid = records(constraints).flatMap((entry) => faultOf(entry) ?? []);
    if (invalid.length > 0) return fail(`a topologySpreadConstraint ${invalid.join(", and ")}`);
    const nothing = nothingToSpread(workload, context);
    return nothing ?? judgeSpread(workload, context);
  },
});

/** What the API server, or the scheduler, makes of a constraint that cannot work. */
function faultOf(entry: Plain): string | undefined {
  if ((number(entry.maxSkew) ?? 0) < 1) return "needs a maxSkew of at least 1";
  if (!text(entry.topologyKey)) return "needs a topologyKey";
  if (!WHEN_UNSATISFIABLE.has(text(entry.whenUnsatisfiable) ?? ""))
    return "needs whenUnsatisfiable DoNotSchedule or ScheduleAnyway";
  if (entry.minDomains !== undefined && (number(entry.minDomains) ?? 0) < 1) return "has minDomains below 1";
  return isPlain(entry.labelSelector) ? undefined : "has no labelSelector: it counts no pods";
}

const WHEN_UNSATISFIABLE = new Set(["DoNotSchedule", "ScheduleAnyway"]);

function nothingToSpread(workload: Workload, { view }: Context): Verdict | undefined {
  const { relations } = view;
  if (workload.kind === "Pod") {
    const declared = list(at(workload.podSpec, "topologySpreadConstraints")).length;
    return declared > 0
      ? pass("its spread constraints are valid")
      : notApplicable("a single pod has nothing to spread");
  }
  const replicas = relations.minimumReplicas(workload);
  if (isUnknown(replicas)) return unknownUntilDeployment("the number of replicas");
  const single = replicas < 2 && !relations.leavesReplicasOpen(workload);
  return single ? notApplicable("one replica has nothing to spread") : undefined;
}

function judgeSpread(workload: Workload, context: Context): Verdict {
  const keys = new Set([...constraintKeys(workload), ...antiAffinityKeys(workload)]);
  if (![...antiAffinityKeys(workload)].some((key) => ANTI_AFFINITY_KEYS.has(key)) && !keys.has(HOST)) {
    return warning("nothing keeps the replicas off the same node");
  }
  if (context.boolean("zones") && !keys.has(ZONE)) return warning("nothing spreads the replicas over zones");
  return pass(`spread by ${[...keys].join(", ")}`);
}

function constraintKeys(workload: Workload): string[] {
  return records(at(workload.podSpec, "topologySpreadConstraints"))
    .filter((entry) => entry.labelSelector !== undefined && selects(entry.labelSelector, workload.podLabels) === true)
    .flatMap((entry) => text(entry.topologyKey) ?? []);
}

function antiAffinityKeys(workload: Workload): string[] {
  const anti = at(workload.podSpec, "affinity", "podAntiAffinity");
  const required = records(at(anti, "requiredDuringSchedulingIgnoredDuringExecution"));
  const preferred = records(at(anti, "preferredDuringSchedulingIgnoredDuringExecution"));
  return [...required, ...preferred.map((entry) => at(entry, "podAffinityTerm") as Plain)]
    .filter((term) => repels(term, workload))
    .flatMap((term) => text(at(term, "topologyKey")) ?? []);
}

function repels(term: unknown, workload: Workload): boolean {
  const namespaces = list(at(term, "namespaces"));
  const own = namespaces.length === 0 || namespaces.includes(workload.resource.namespace);
  const selector = at(term, "labelSelector");
  return own && selector !== undefined && selects(selector, workload.podLabels) === true;
}
