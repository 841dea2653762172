import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { runProgram } from "../../../cli/preview/run-program.js";
import { runStack } from "../../../cli/preview/run-stack.js";
import type { StackFile } from "../../../cli/preview/stack-files.js";
import { program } from "../../../components/program.js";
import type { Clouds, RecordedResource } from "../../../cli/preview/recording.js";
import { addonsSchema } from "../../../config/schema/addons.js";
import type { Region } from "../../support/servers/region/region.js";
import { ChartMirror } from "./chart-mirror.js";
import { CloudProvider, type Answers } from "./cloud-provider.js";
import { Engine } from "./engine.js";

const root = join(__dirname, "..", "..", "..");

export interface PlatformOptions extends Pick<Answers, "answers"> {
  /** Packages that a stand-in answers for. */
  readonly standIns: readonly string[];
  /** Who judges what the stand-ins are asked to create, by what the program registers. */
  readonly judges?: (program: readonly RecordedResource[]) => Promise<Clouds>;
  /** Replaces keys of the stack's file. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly path?: string;
  /** Added to the environment of the engine and its providers. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One of the project's stacks under the real engine, with stand-ins for the clouds and a mirror for the charts. */
export class PlatformStack {
  private constructor(
    readonly engine: Engine,
    private readonly file: StackFile,
    private readonly around: { readonly clouds: readonly CloudProvider[]; readonly mirror: ChartMirror },
  ) {}

  get clouds(): readonly CloudProvider[] {
    return this.around.clouds;
  }

  /** @param stack Name of a stack of the project. */
  static async create(stack: string, options: PlatformOptions): Promise<PlatformStack> {
    const { answers, judges } = options;
    const { mirror, config: mirrored, resources } = await mirroredConfig(stack);
    const given = { ...(answers && { answers }), ...(judges && { clouds: await judges(resources) }) };
    const clouds = options.standIns.map((name) => new CloudProvider(name, given));
    const ports = await Promise.all(clouds.map(async (cloud) => [cloud.name, await cloud.start()] as const));
    const config = { ...mirrored, ...options.config };
    const { path, env } = options;
    const attached = Object.fromEntries(ports);
    const engine = await Engine.create({
      program: root,
      stack,
      attached,
      config,
      ...(path && { path }),
      ...(env && { env }),
    });
    return new PlatformStack(engine, stackFile(stack, config), { clouds, mirror });
  }

  /** The offline preview of the same configuration, with nothing computed yet. */
  async offline(): Promise<readonly RecordedResource[]> {
    return (await runProgram(program, this.file, { outputsKnown: false })).resources;
  }

  dispose(): void {
    this.engine.dispose();
    this.around.mirror.stop();
    for (const cloud of this.clouds) cloud.stop();
  }
}

/** The local stack's regions, on the given control planes in place of the example's kubeconfig. */
export function localRegions(regions: readonly Region[]): Record<string, unknown> {
  const key = "agent-platform:regions";
  const given = readConfig("local")[key] as object[];
  return {
    [key]: regions.map(({ name, kubeconfigFile }, index) => ({
      ...given[index],
      kubeconfig: kubeconfigFile,
      context: name,
    })),
  };
}

/** Configuration of one of the project's stacks, as its file has it. */
export function readConfig(stack: string): Record<string, unknown> {
  const file = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as { config: Record<string, unknown> };
  return file.config;
}

/** A stack's configuration as the command line reads it. */
export function stackFile(stack: string, config: Readonly<Record<string, unknown>>): StackFile {
  const text = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const read = Object.fromEntries(text) as StackFile["config"];
  return { project: "agent-platform", stack, config: read, secretKeys: [] };
}

interface Mirrored {
  /** To be stopped. */
  readonly mirror: ChartMirror;
  readonly config: Record<string, unknown>;
  /** What the program registers by the stack's own file. */
  readonly resources: readonly RecordedResource[];
}

/** A stack's configuration with every add-on's chart taken from a mirror. */
export async function mirroredConfig(stack: string): Promise<Mirrored> {
  const { resources } = await runStack(stack);
  const mirror = new ChartMirror(chartsOf(resources));
  return { mirror, config: fromMirror(readConfig(stack), await mirror.start()), resources };
}

function chartsOf(resources: readonly RecordedResource[]): { name: string; version: string }[] {
  return resources
    .filter(({ type }) => type === "kubernetes:helm.sh/v3:Release")
    .map(({ inputs }) => ({ name: String(inputs.chart), version: String(inputs.version) }));
}

/** The same configuration with every add-on's chart taken from the mirror. */
function fromMirror(config: Readonly<Record<string, unknown>>, repository: string): Record<string, unknown> {
  const key = "agent-platform:addons";
  const given = (config[key] ?? {}) as Record<string, object>;
  const addons = Object.entries<unknown>(addonsSchema.parse({}));
  const charts = addons.filter(([, addon]) => typeof addon === "object" && addon !== null && "repository" in addon);
  const mirrored = charts.map(([name]) => [name, { ...given[name], repository }] as const);
  return { ...config, [key]: { ...given, ...Object.fromEntries(mirrored) } };
}
