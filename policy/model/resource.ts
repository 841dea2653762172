import { at, isUnknown, stringMap, text, type Plain } from "./values.js";

/** Where a resource was read, as a finding names it. */
export interface Origin {
  readonly file?: string;
  /** First line of the document, from 1. */
  readonly line?: number;
  readonly urn?: string;
}

/** Anything that a check can be about. */
export interface Subject {
  /** `Deployment/agents/agent-memory`, or `aws:s3/bucket:Bucket vault` for a resource of a cloud. */
  readonly id: string;
  readonly origin: Origin;
  /** Where exemptions are read from: the object's annotations and those of its pod template. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** One Kubernetes object of one cluster. */
export interface Resource extends Subject {
  /** Key of the cluster; objects of different clusters are never related. */
  readonly cluster: string;
  readonly apiVersion: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly body: Plain;
  /** Paths that are set at creation and then left to somebody else (Pulumi's `ignoreChanges`). */
  readonly setOnce: readonly string[];
}

/** One resource of a cloud, by its Pulumi type. */
export interface CloudResource extends Subject {
  readonly type: string;
  /** The Pulumi name. */
  readonly name: string;
  /** Key of the cluster that its provider talks to, for what is installed into one (a Helm release). */
  readonly cluster?: string;
  readonly props: Plain;
  /** URNs of the parent and of what its inputs were made from: a side-car finds its bucket by them. */
  readonly related: readonly string[];
}

/** What a reader of manifests, programs or clusters hands in. */
export interface SourceObject {
  readonly object: Plain;
  readonly origin: Origin;
  /** Default: one cluster without a name. */
  readonly cluster?: string;
  /** Default: none; a manifest that is applied again sets everything again. */
  readonly setOnce?: readonly string[];
}

const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  "Namespace",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "PersistentVolume",
  "StorageClass",
  "ClusterIssuer",
  "PriorityClass",
  "Node",
  "IngressClass",
]);

/** The Kubernetes object as the rule book sees it; `undefined` where it has no kind. */
export function toResource(source: SourceObject): Resource | undefined {
  const { object, origin } = source;
  const kind = text(object.kind);
  if (kind === undefined || kind === "") return undefined;
  const apiVersion = text(object.apiVersion) ?? "";
  const metadata = object.metadata;
  const namespace = CLUSTER_SCOPED.has(kind) ? "" : nameOf(at(metadata, "namespace"), "default");
  const name = nameOf(at(metadata, "name"), nameOf(at(metadata, "generateName"), "(no name)"));
  const cluster = source.cluster ?? "";
  const place = namespace === "" ? name : `${namespace}/${name}`;
  return {
    id: cluster === "" ? `${kind}/${place}` : `${cluster}:${kind}/${place}`,
    origin,
    annotations: stringMap(at(metadata, "annotations")),
    cluster,
    apiVersion,
    group: groupOf(apiVersion),
    kind,
    namespace,
    name,
    labels: stringMap(at(metadata, "labels")),
    body: object,
    setOnce: source.setOnce ?? [],
  };
}

/** The API group of an apiVersion: `apps` of `apps/v1`, none of `v1`. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}

function nameOf(value: unknown, fallback: string): string {
  if (isUnknown(value)) return "(unknown until deployment)";
  const name = text(value);
  return name === undefined || name === "" ? fallback : name;
}
