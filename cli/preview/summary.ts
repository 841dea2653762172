import { topologyOf, type Topology } from "../topology/topology.js";
import type { ProgramRun } from "./run-program.js";
import type { RecordedResource } from "./recording.js";

/** A component and what it created, as the preview shows it. */
export interface ComponentSummary {
  readonly name: string;
  readonly type: string;
  /** Resources of clouds and clusters below it, at any depth. */
  readonly count: number;
  readonly protectedCount: number;
  /** Resources with at least one input that is known only at deploy. */
  readonly unknownCount: number;
  /** Its own resources, by short type. */
  readonly types: Readonly<Record<string, number>>;
  readonly children: readonly ComponentSummary[];
  /** Its own resources. */
  readonly resources: readonly ResourceSummary[];
}

export interface ResourceSummary {
  readonly type: string;
  readonly name: string;
  readonly protected: boolean;
  readonly unknown: readonly string[];
  readonly secrets: readonly string[];
}

export interface PreviewSummary {
  readonly stack: string;
  readonly total: number;
  readonly components: number;
  readonly byPackage: Readonly<Record<string, number>>;
  readonly protectedResources: readonly string[];
  readonly unknownValues: number;
  readonly outputs: readonly string[];
  readonly tree: readonly ComponentSummary[];
  readonly topology: Topology;
}

const isProvider = (resource: RecordedResource): boolean => resource.type.startsWith("pulumi:providers:");

/** `kubernetes:apps/v1:Deployment` as people say it: `Deployment`. */
export function shortType(type: string): string {
  return type.split(":").at(-1) ?? type;
}

/** What a custom resource is called: its own kind, which the registration carries as its type. */
function displayType(resource: RecordedResource): string {
  const cloud = resource.type.split(":")[0] ?? "";
  return cloud === "kubernetes" ? shortType(resource.type) : `${cloud} ${shortType(resource.type)}`;
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)));
}

function summarizeResource(resource: RecordedResource): ResourceSummary {
  return {
    type: resource.type,
    name: resource.name,
    protected: resource.protect,
    unknown: resource.unknownPaths,
    secrets: resource.secretPaths,
  };
}

function summarizeComponent(
  component: RecordedResource,
  childrenOf: Map<string, RecordedResource[]>,
): ComponentSummary {
  const members = childrenOf.get(component.urn) ?? [];
  const own = members.filter((resource) => resource.custom && !isProvider(resource));
  const nested = members.flatMap((resource) =>
    childrenOf.has(resource.urn) || !resource.custom ? [summarizeComponent(resource, childrenOf)] : [],
  );
  const sum = (pick: (child: ComponentSummary) => number): number =>
    nested.reduce((total, child) => total + pick(child), 0);
  return {
    name: component.name,
    type: component.type,
    count: own.length + sum((child) => child.count),
    protectedCount: own.filter((resource) => resource.protect).length + sum((child) => child.protectedCount),
    unknownCount:
      own.filter((resource) => resource.unknownPaths.length > 0).length + sum((child) => child.unknownCount),
    types: countBy(own, displayType),
    children: nested,
    resources: own.map(summarizeResource),
  };
}

/** The run as a tree of components with counts: what every format of the preview is made from. */
export function summarize(run: ProgramRun): PreviewSummary {
  const childrenOf = new Map<string, RecordedResource[]>();
  for (const resource of run.resources) {
    if (resource.parent === undefined) continue;
    const siblings = childrenOf.get(resource.parent);
    if (siblings) siblings.push(resource);
    else childrenOf.set(resource.parent, [resource]);
  }
  const root = run.resources.find((resource) => resource.type === "pulumi:pulumi:Stack");
  const custom = run.resources.filter((resource) => resource.custom && !isProvider(resource));
  const summary = root && summarizeComponent(root, childrenOf);
  return {
    stack: run.stack,
    total: custom.length,
    components: run.resources.filter((resource) => !resource.custom && resource !== root).length,
    byPackage: countBy(custom, (resource) => resource.type.split(":")[0] ?? ""),
    protectedResources: custom.filter((resource) => resource.protect).map((resource) => resource.name),
    unknownValues: custom.reduce((total, resource) => total + resource.unknownPaths.length, 0),
    outputs: Object.keys(run.outputs),
    tree: summary?.children ?? [],
    topology: topologyOf(run),
  };
}
