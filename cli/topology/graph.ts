import type { RecordedResource } from "../preview/recording.js";
import type { ProgramRun } from "../preview/run-program.js";

export interface RegionOutput {
  readonly key: string;
  readonly cloud: string;
  readonly region: string;
  readonly role: string;
}

type Outputs = Readonly<Record<string, unknown>>;

/** A node's id: what it is, then where, in characters that every format of a graph takes. */
export function nodeId(...parts: readonly string[]): string {
  return parts.join("_").replaceAll(/[^A-Za-z0-9_]/g, "_");
}

/** A value inside plain data, by its path; `undefined` where there is none. */
export function dig(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );
}

/** The text or number at a path, as text; empty where there is none. */
export function digText(value: unknown, ...path: readonly (string | number)[]): string {
  const found = dig(value, ...path);
  return typeof found === "string" || typeof found === "number" ? String(found) : "";
}

export function digList(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = dig(value, ...path);
  return Array.isArray(found) ? (found as unknown[]) : [];
}

/** The registered resources, by region and type. */
export class GraphReader {
  readonly regions: readonly RegionOutput[];
  /** Bucket URLs of the stores by region. */
  readonly buckets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  private readonly regionOf = new Map<string, string | undefined>();

  constructor(readonly run: ProgramRun) {
    const regions = (run.outputs.regions ?? {}) as Record<string, Omit<RegionOutput, "key">>;
    this.regions = Object.entries(regions).map(([key, region]) => ({ key, ...region }));
    this.buckets = (run.outputs.backupBuckets ?? {}) as Record<string, Record<string, string>>;
    // Parents are registered before their children.
    for (const { urn, type, name, parent } of run.resources) {
      this.regionOf.set(urn, type === "agent-platform:region:Region" ? name : this.regionOf.get(parent ?? ""));
    }
  }

  /** Resources of a region whose type ends so (`:Rollout`), in the order of registration. */
  in(region: string, typeEnd: string): RecordedResource[] {
    return this.all(typeEnd).filter(({ urn }) => this.regionOf.get(urn) === region);
  }

  all(typeEnd: string): RecordedResource[] {
    return this.run.resources.filter(({ type }) => type.endsWith(typeEnd));
  }

  /** Region of a resource; `undefined` for what spans regions. */
  regionOfResource({ urn }: RecordedResource): string | undefined {
    return this.regionOf.get(urn);
  }

  /** Node of the bucket that a backup location (`s3://bucket/path`) is in. */
  bucketNodeAt(location: string): string | undefined {
    for (const [region, stores] of Object.entries(this.buckets)) {
      for (const [store, uri] of Object.entries(stores)) {
        if (location === uri || location.startsWith(`${uri}/`)) return nodeId("bucket", store, region);
      }
    }
    return undefined;
  }

  output(name: string): Outputs {
    return (this.run.outputs[name] ?? {}) as Outputs;
  }
}
