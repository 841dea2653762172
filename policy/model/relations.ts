import type { Resource } from "./resource.js";
import { isEmptySelector, requiredLabels, selects, selectsAll, type Labels, type Match } from "./selectors.js";
import { at, isUnknown, number, record, records, text, type Unknown } from "./values.js";
import { append } from "./collections.js";
import type { PlatformView } from "./view.js";
import type { Workload } from "./workload.js";

interface Place {
  readonly cluster: string;
  readonly namespace: string;
}

/** Who selects, scales, protects and routes to whom; never across a namespace or a cluster. Computed on first use. */
export class Relations {
  private index: Map<string, Workload[]> | undefined;
  private services: Map<Workload, Resource[]> | undefined;
  private policies: Map<Workload, Resource[]> | undefined;
  private budgets: Map<Workload, Resource[]> | undefined;
  private autoscalers: Map<string, Resource> | undefined;

  constructor(private readonly view: PlatformView) {}

  /** Workloads of a place whose pods match; a match that is only known at deployment counts. */
  selected(place: Place, required: Labels, matches: (labels: Labels) => Match): readonly Workload[] {
    return this.candidates(place, required).filter((workload) => matches(workload.podLabels) !== false);
  }

  selectedByService(service: Resource): readonly Workload[] {
    const selector = at(service.body, "spec", "selector");
    if (isUnknown(selector) || Object.keys(record(selector)).length === 0) return [];
    return this.selected(service, requiredLabels({ matchLabels: selector }), (labels) => selectsAll(selector, labels));
  }

  selectedByPolicy(policy: Resource): readonly Workload[] {
    const selector = at(policy.body, "spec", "podSelector") ?? {};
    return this.selected(policy, requiredLabels(selector), (labels) => selects(selector, labels));
  }

  /** An absent selector protects nothing; an empty one every pod, in `policy/v1beta1` none. */
  selectedByBudget(budget: Resource): readonly Workload[] {
    const selector = at(budget.body, "spec", "selector");
    if (selector === undefined || selector === null) return [];
    if (budget.apiVersion === "policy/v1beta1" && isEmptySelector(selector)) return [];
    return this.selected(budget, requiredLabels(selector), (labels) => selects(selector, labels));
  }

  servicesOf(workload: Workload): readonly Resource[] {
    this.services ??= this.invert("Service", (service) => this.selectedByService(service));
    return this.services.get(workload) ?? [];
  }

  policiesOf(workload: Workload): readonly Resource[] {
    this.policies ??= this.invert("NetworkPolicy", (policy) => this.selectedByPolicy(policy));
    return this.policies.get(workload) ?? [];
  }

  budgetsOf(workload: Workload): readonly Resource[] {
    this.budgets ??= this.invert("PodDisruptionBudget", (budget) => this.selectedByBudget(budget));
    return this.budgets.get(workload) ?? [];
  }

  /** The HorizontalPodAutoscaler (or KEDA ScaledObject) that owns a workload's replicas. */
  autoscalerOf(workload: Workload): Resource | undefined {
    this.autoscalers ??= new Map(
      this.view.ofKind("ScaledObject", "HorizontalPodAutoscaler").map((scaler) => [targetKey(scaler), scaler]),
    );
    const { cluster, namespace, name } = workload.resource;
    return this.autoscalers.get([cluster, namespace, workload.kind, name].join("\n"));
  }

  /** The fewest pods that a workload is meant to have: its autoscaler's minimum, else its replicas, else 1. */
  minimumReplicas(workload: Workload): number | Unknown {
    const scaler = this.autoscalerOf(workload);
    return scaler ? this.minimumOf(scaler) : (workload.replicas ?? 1);
  }

  /** An autoscaler's minimum; KEDA's default is none at all. */
  minimumOf(scaler: Resource): number | Unknown {
    const field = scaler.kind === "ScaledObject" ? "minReplicaCount" : "minReplicas";
    const minimum = at(scaler.body, "spec", field);
    return isUnknown(minimum) ? minimum : (number(minimum) ?? (scaler.kind === "ScaledObject" ? 0 : 1));
  }

  /** Whether the input says nothing of how many pods there are: an autoscaler elsewhere may own the number. */
  leavesReplicasOpen(workload: Workload): boolean {
    return workload.replicas === undefined && this.autoscalerOf(workload) === undefined;
  }

  private candidates(place: Place, required: Labels): readonly Workload[] {
    this.index ??= indexByLabel(this.view.workloads);
    let smallest = this.index.get(placeKey(place)) ?? [];
    for (const [key, value] of Object.entries(required)) {
      const bucket = this.index.get(`${placeKey(place)}\n${key}=${value}`) ?? [];
      if (bucket.length < smallest.length) smallest = bucket;
    }
    return smallest;
  }

  private invert(kind: string, targets: (resource: Resource) => readonly Workload[]): Map<Workload, Resource[]> {
    const inverse = new Map<Workload, Resource[]>();
    for (const resource of this.view.ofKind(kind)) {
      for (const workload of targets(resource)) append(inverse, workload, resource);
    }
    return inverse;
  }
}

function indexByLabel(workloads: readonly Workload[]): Map<string, Workload[]> {
  const index = new Map<string, Workload[]>();
  for (const workload of workloads) {
    const place = placeKey(workload.resource);
    append(index, place, workload);
    for (const [key, value] of Object.entries(workload.podLabels)) append(index, `${place}\n${key}=${value}`, workload);
  }
  return index;
}

function placeKey(place: Place): string {
  return `${place.cluster}\n${place.namespace}`;
}

function targetKey(scaler: Resource): string {
  const target = at(scaler.body, "spec", "scaleTargetRef");
  const kind = text(at(target, "kind")) ?? (scaler.kind === "ScaledObject" ? "Deployment" : "");
  return [scaler.cluster, scaler.namespace, kind, text(at(target, "name")) ?? ""].join("\n");
}

/** Whether a network policy restricts a direction: by `policyTypes`, else by Kubernetes' own defaults. */
export function restricts(policy: Resource, direction: "Ingress" | "Egress"): boolean {
  const types = at(policy.body, "spec", "policyTypes");
  if (Array.isArray(types) && types.length > 0) return types.includes(direction);
  return direction === "Ingress" || records(at(policy.body, "spec", "egress")).length > 0;
}
