import { append } from "./collections.js";
import type { CloudResource, Resource } from "./resource.js";
import { Relations } from "./relations.js";
import { isWorkloadKind, toWorkload, type Workload } from "./workload.js";

/** What cannot be read from resources: facts that the stack's configuration or the operators state. */
export interface PlatformFacts {
  /** `production` (the default: unknown environments are held to the strictest rules), `staging`, `local`, … */
  readonly environment?: string;
  /** The moment that ages and expiries are measured against. */
  readonly now: Date;
  /** Kinds of which some objects could not be read, so that their absence proves nothing. */
  readonly unread?: ReadonlySet<string>;
}

/** Everything that one judgement is about: objects by cluster, kind and namespace, resources of clouds, and facts. */
export class PlatformView {
  readonly relations: Relations;
  private readonly everyWorkload: readonly Workload[];
  private readonly missed = new Set<string>();
  private readonly byKind = new Map<string, Resource[]>();
  private readonly byName = new Map<string, Resource>();
  private readonly byType = new Map<string, CloudResource[]>();
  private readonly memory = new Map<string, unknown>();

  constructor(
    private readonly everyResource: readonly Resource[],
    readonly cloud: readonly CloudResource[],
    readonly facts: PlatformFacts,
  ) {
    const workloads: Workload[] = [];
    for (const resource of everyResource) {
      append(this.byKind, isNamesake(resource) ? `${resource.kind}.${resource.group}` : resource.kind, resource);
      this.byName.set(nameKey(resource), resource);
      const workload = toWorkload(resource);
      if (workload) workloads.push(workload);
    }
    for (const resource of cloud) append(this.byType, resource.type, resource);
    this.everyWorkload = workloads;
    this.relations = new Relations(this);
  }

  get environment(): string {
    return this.facts.environment ?? "production";
  }

  get resources(): readonly Resource[] {
    this.miss(() => true);
    return this.everyResource;
  }

  get workloads(): readonly Workload[] {
    this.miss(isWorkloadKind);
    return this.everyWorkload;
  }

  /** Kinds that were asked for and could not be read: what was concluded from them is not to be trusted. */
  get missing(): ReadonlySet<string> {
    return this.missed;
  }

  /** The same, of which nothing was asked yet. */
  again(): PlatformView {
    return new PlatformView(this.everyResource, this.cloud, this.facts);
  }

  ofKind(...kinds: readonly string[]): readonly Resource[] {
    this.miss((kind) => kinds.includes(kind));
    return kinds.length === 1 ? (this.byKind.get(kinds[0] ?? "") ?? []) : kinds.flatMap((kind) => this.ofKind(kind));
  }

  /** Resources of a cloud whose Pulumi type is one of these. */
  ofType(...types: readonly string[]): readonly CloudResource[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** What is costly and the same for every subject: computed once for a view. */
  once<T>(key: string, compute: () => T): T {
    if (!this.memory.has(key)) this.memory.set(key, compute());
    return this.memory.get(key) as T;
  }

  find(reference: Pick<Resource, "cluster" | "kind" | "namespace" | "name">): Resource | undefined {
    this.miss((kind) => kind === reference.kind);
    return this.byName.get(nameKey(reference));
  }

  private miss(isAsked: (kind: string) => boolean): void {
    for (const kind of this.facts.unread ?? []) if (isAsked(kind)) this.missed.add(kind);
  }
}

/** Kinds whose name other APIs use for something else: a Knative Service has no selector, a Calico policy no podSelector. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  Service: [""],
  ConfigMap: [""],
  ServiceAccount: [""],
  Ingress: ["networking.k8s.io", "extensions"],
  NetworkPolicy: ["networking.k8s.io", "extensions"],
  PodDisruptionBudget: ["policy"],
  HorizontalPodAutoscaler: ["autoscaling"],
  Role: ["rbac.authorization.k8s.io"],
  ClusterRole: ["rbac.authorization.k8s.io", "authorization.openshift.io"],
  RoleBinding: ["rbac.authorization.k8s.io"],
  ClusterRoleBinding: ["rbac.authorization.k8s.io", "authorization.openshift.io"],
};

/** Whether an object only shares the name of a kind; one without any group is meant, and mistyped. */
function isNamesake({ kind, group }: Resource): boolean {
  return group !== "" && GROUPS[kind] !== undefined && !GROUPS[kind].includes(group);
}

function nameKey(reference: Pick<Resource, "cluster" | "kind" | "namespace" | "name">): string {
  return `${reference.cluster}\n${reference.kind}\n${reference.namespace}\n${reference.name}`;
}
