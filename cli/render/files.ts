import { stringify } from "yaml";
import type { RecordedResource } from "../preview/recording.js";
import type { ProgramRun } from "../preview/run-program.js";
import { redact } from "./redact.js";

/** One file of a rendered stack. */
export interface RenderedFile {
  /** Relative, with forward slashes: `<region>/<namespace>/<kind>-<name>.yaml` or `cloud/<region>/<name>.json`. */
  readonly path: string;
  readonly text: string;
}

interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

const isProvider = (resource: RecordedResource): boolean => resource.type.startsWith("pulumi:providers:");
const isRelease = (resource: RecordedResource): boolean => resource.type === "kubernetes:helm.sh/v3:Release";

/** Every object of a run as a file: Kubernetes objects as YAML per region, all else as JSON. */
export function renderFiles(run: ProgramRun): RenderedFile[] {
  const byUrn = new Map(run.resources.map((resource) => [resource.urn, resource]));
  const root = run.resources.find((resource) => resource.parent === undefined)?.urn;
  return run.resources
    .filter((resource) => resource.custom && !isProvider(resource))
    .map((resource) => {
      const region = topComponent(resource, byUrn, root);
      return resource.type.startsWith("kubernetes:") && !isRelease(resource)
        ? manifestFile(resource, region)
        : cloudFile(resource, region);
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Name of the component right below the stack: a region's key, or what spans the regions. */
function topComponent(resource: RecordedResource, byUrn: ReadonlyMap<string, RecordedResource>, root?: string): string {
  let current = resource;
  while (current.parent !== undefined && current.parent !== root) {
    const parent = byUrn.get(current.parent);
    if (!parent) break;
    current = parent;
  }
  return current.name;
}

function manifestFile(resource: RecordedResource, region: string): RenderedFile {
  const manifest = redact(resource.inputs, resource.secretPaths) as Manifest;
  const { apiVersion, kind, metadata, ...rest } = manifest;
  const name = metadata?.name ?? resource.name;
  return {
    path: `${region}/${metadata?.namespace ?? "cluster"}/${(kind ?? "object").toLowerCase()}-${name}.yaml`,
    text: stringify({ apiVersion, kind, metadata, ...rest }, { lineWidth: 0 }),
  };
}

function cloudFile(resource: RecordedResource, region: string): RenderedFile {
  const { type, name, protect } = resource;
  const inputs = redact(resource.inputs, resource.secretPaths);
  return {
    path: `${region}/cloud/${type.replaceAll(/[:/]/g, ".")}-${name}.json`,
    text: `${JSON.stringify({ type, name, ...(protect ? { protect } : {}), inputs }, undefined, 2)}\n`,
  };
}
