import type { RecordedResource } from "../../cli/preview/recording.js";
import { runProgram, type ProgramRun } from "../../cli/preview/run-program.js";
import type { ClusterTarget } from "../../components/clusters/cluster.js";
import { createCluster } from "../../components/clusters/create.js";
import type { ClusterArgs } from "../../components/clusters/scope.js";
import { regionSchema, type RegionConfig } from "../../config/schema/regions.js";

/** A region with the schema's defaults, as the loader would hand it over. */
export function regionOf(config: object): RegionConfig {
  return regionSchema.parse({ role: "primary", ...config });
}

export const awsRegion = (config: object = {}): RegionConfig =>
  regionOf({ cloud: "aws", key: "us-east-1", region: "us-east-1", ...config });

export const gcpRegion = (config: object = {}): RegionConfig =>
  regionOf({ cloud: "gcp", key: "us-west1", region: "us-west1", project: "agent-prod", ...config });

export interface ClusterRun extends ProgramRun {
  /** The one resource of a name and type. */
  readonly get: (type: string, name: string) => RecordedResource;
  /** Names of the resources of a type, sorted. */
  readonly names: (type: string) => string[];
}

export interface ClusterRunOptions {
  readonly args?: Partial<ClusterArgs>;
  /** Whether computed values are known, as after a deployment; default true. */
  readonly outputsKnown?: boolean;
  /** What is done with the cluster; what it returns becomes the stack's outputs. */
  readonly use?: (cluster: ClusterTarget) => Record<string, unknown>;
}

/** Creates one cluster on the mock runtime and records what it registers. */
export async function runCluster(region: RegionConfig, options: ClusterRunOptions = {}): Promise<ClusterRun> {
  const args: ClusterArgs = {
    stack: "production",
    environment: "production",
    tags: { team: "agents" },
    ...options.args,
  };
  const use = options.use ?? (() => ({}));
  const run = await quickly(() =>
    runProgram(
      () => use(createCluster(region, args)),
      { project: "agent-platform", stack: args.stack, config: {}, secretKeys: [] },
      { outputsKnown: options.outputsKnown ?? true },
    ),
  );
  return {
    ...run,
    get: (type, name) => {
      const found = run.resources.filter((resource) => resource.type === type && resource.name === name);
      if (found.length !== 1) throw new Error(`${found.length} resources ${type} ${name}`);
      return found[0]!;
    },
    names: (type) =>
      run.resources
        .filter((resource) => resource.type === type)
        .map(({ name }) => name)
        .sort(),
  };
}

/**
 * The SDK keeps a stack trace of every promise, which with source maps is three quarters of a run's time.
 */
async function quickly<T>(work: () => Promise<T>): Promise<T> {
  const limit = Error.stackTraceLimit;
  const ignore = (): void => undefined;
  Error.stackTraceLimit = 0;
  process.on("unhandledRejection", ignore);
  try {
    return await work();
  } finally {
    // A program that throws rejects the run at once, and the stack's own promise, which nobody holds, a turn later.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", ignore);
    Error.stackTraceLimit = limit;
  }
}
