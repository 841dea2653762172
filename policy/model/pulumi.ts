import { toResource, type CloudResource, type Origin, type Resource } from "./resource.js";
import { PlatformView, type PlatformFacts } from "./view.js";
import { at, isPlain, stringMap, text, type Plain } from "./values.js";

/** One resource of a Pulumi program or stack. Values that only the deployment will know are `UNKNOWN`. */
export interface PulumiResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly props: Plain;
  /** Key of the cluster that its Kubernetes provider talks to; default: the provider's name. */
  readonly cluster?: string;
  readonly parent?: string;
  /** URNs that its inputs were made from. */
  readonly dependencies?: readonly string[];
  /** Paths of properties that only the creation sets. */
  readonly ignoreChanges?: readonly string[];
}

const KUBERNETES = /^kubernetes:/;
/** Charts and component resources of the Kubernetes SDK: no objects themselves. */
const NO_OBJECT = /^kubernetes:(helm\.sh|yaml|kustomize)\//;
const API_VERSION = /^kubernetes:([^:]+):([^:]+)$/;

/** Splits a program's resources into Kubernetes objects and resources of clouds. */
export function fromPulumi(resources: readonly PulumiResource[]): {
  readonly objects: readonly Resource[];
  readonly cloud: readonly CloudResource[];
} {
  const objects: Resource[] = [];
  const cloud: CloudResource[] = [];
  for (const resource of resources) {
    const origin: Origin = { urn: resource.urn };
    if (KUBERNETES.test(resource.type) && !NO_OBJECT.test(resource.type)) {
      const object = toResource({
        object: withKind(resource),
        origin,
        ...(resource.cluster === undefined ? {} : { cluster: resource.cluster }),
        ...(resource.ignoreChanges === undefined ? {} : { setOnce: resource.ignoreChanges }),
      });
      if (object) objects.push(object);
    } else if (!resource.type.startsWith("pulumi:")) {
      cloud.push(toCloud(resource, origin));
    }
  }
  return { objects, cloud };
}

/** The view of a program or stack. */
export function viewOfPulumi(resources: readonly PulumiResource[], facts: PlatformFacts): PlatformView {
  const { objects, cloud } = fromPulumi(resources);
  return new PlatformView(objects, cloud, facts);
}

function withKind({ type, name, props }: PulumiResource): Plain {
  const [, version = "", kind = ""] = API_VERSION.exec(type) ?? [];
  const metadata = at(props, "metadata");
  const named = text(at(metadata, "name")) ?? text(at(metadata, "generateName"));
  return {
    ...props,
    apiVersion: text(props.apiVersion) ?? version.replace(/^core\//, ""),
    kind: text(props.kind) ?? kind,
    // The provider names what is left unnamed after the resource.
    metadata: named === undefined && isPlain(metadata ?? {}) ? { ...(metadata as Plain | undefined), name } : metadata,
  };
}

function toCloud(resource: PulumiResource, origin: Origin): CloudResource {
  const { type, name, props, parent, dependencies = [], cluster } = resource;
  return {
    id: `${type} ${name}`,
    origin,
    annotations: { ...stringMap(props.tags), ...stringMap(props.labels) },
    type,
    name,
    props,
    ...(cluster === undefined ? {} : { cluster }),
    related: parent === undefined ? dependencies : [parent, ...dependencies],
  };
}
