import { existsSync } from "node:fs";
import { runCommand } from "../../common/command.js";
import { ExitCode, PlatformError, type Fault } from "../../common/errors.js";
import { existingWorkloads, openClusters } from "../../operations/local/existing/clusters.js";
import { EngineStack, type Changes } from "../../operations/local/existing/stack.js";
import { isRunning, Ledger } from "../../operations/local/ledger.js";
import { platformFolder } from "../../operations/local/platform.js";
import { readStackFile, type StackFile } from "../preview/stack-files.js";
import { projectRoot } from "../root.js";
import { NAMESPACE } from "./deploy.js";
import { onClusters, regionsOf } from "./objects.js";

/** Clusters of the user's own, in the order of the regions of the stack `local`. */
export interface Contexts {
  /** Absolute path. */
  readonly kubeconfig: string;
  readonly contexts: readonly string[];
}

const NOTE = "clusters";

/** The clusters that a platform was put onto, if it was put onto somebody's own. */
export async function contextsOf(name: string): Promise<Contexts | undefined> {
  const folder = platformFolder(name);
  if (!existsSync(folder)) return undefined;
  const noted = (await Ledger.open(folder)).notes[NOTE];
  return noted === undefined ? undefined : (JSON.parse(noted) as Contexts);
}

const hear = (text: string): void => void process.stderr.write(text);

function faultsOfContexts(file: StackFile, contexts: readonly string[]): Fault[] {
  const regions = regionsOf(file).map(({ key }) => key);
  const faults: Fault[] = [];
  if (contexts.length !== regions.length || new Set(contexts).size !== contexts.length) {
    const rule = `must be given once for each region of the stack local (${regions.join(", ")}), each another`;
    const fix = `--context ${regions.map((key) => `kind-${key}`).join(" ")}`;
    faults.push({ path: "--context", received: contexts.join(", "), rule, fix });
  }
  for (const key of file.secretKeys) {
    const rule = "is encrypted for another state than that of `local`, and cannot be read";
    faults.push({ path: `Pulumi.local.yaml: ${key}`, rule, fix: "leave it out, or deploy with `pulumi up`" });
  }
  return faults;
}

async function faultsOfEngine(): Promise<Fault[]> {
  const found = await runCommand("pulumi", ["version"]).catch(() => undefined);
  if (found !== undefined) return [];
  const fix = "https://www.pulumi.com/docs/install (3.259 or later)";
  return [{ path: "pulumi", rule: "must be on PATH: it deploys onto clusters of your own", fix }];
}

async function faultsOfName(name: string): Promise<Fault[]> {
  const folder = platformFolder(name);
  if (!existsSync(folder) || !(await Ledger.open(folder)).processes.some(isRunning)) return [];
  const rule = "is of a platform whose regions run on this machine";
  return [{ path: `--name ${name}`, rule, fix: `local down --name ${name}, or another name` }];
}

/** The configuration as a stack's file has it: lists and mappings are no text there. */
function valuesOf({ config }: StackFile): Record<string, unknown> {
  const values = Object.entries(config).map(([key, text]) => [
    key,
    /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text,
  ]);
  return Object.fromEntries(values) as Record<string, unknown>;
}

/**
 * Puts the stack `local` onto clusters that run already, such as kind's or k3d's, by the Pulumi engine: charts and all.
 * Each region takes its pods' range and storage class from its cluster.
 * @throws PlatformError exit code 2, before anything is touched, with all that keeps the clusters from being used.
 */
export async function upOnClusters(
  name: string,
  given: Contexts,
  file = readStackFile(projectRoot, "local"),
): Promise<Changes> {
  const { kubeconfig, contexts } = given;
  const { clusters, faults } = await openClusters(kubeconfig, contexts);
  const all = [
    ...faultsOfContexts(file, contexts),
    ...faults,
    ...(await faultsOfEngine()),
    ...(await faultsOfName(name)),
  ];
  if (all.length > 0) {
    throw new PlatformError("the stack local cannot be put onto these clusters", ExitCode.configuration, all);
  }
  const folder = platformFolder(name);
  await (await Ledger.open(folder)).note(NOTE, JSON.stringify({ kubeconfig, contexts } satisfies Contexts));
  const stack = await EngineStack.open(folder, projectRoot);
  return await stack.up(valuesOf(onClusters(file, clusters)), hear);
}

/** What runs in each of the clusters. */
export async function describeClusters({ kubeconfig, contexts }: Contexts) {
  const regions = regionsOf(readStackFile(projectRoot, "local")).map(({ key }) => key);
  return await Promise.all(
    contexts.map(async (context, index) => {
      const found = await existingWorkloads({ kubeconfig, context }, NAMESPACE).catch(() => undefined);
      return {
        region: regions[index] ?? context,
        kubeconfig,
        context,
        serves: found !== undefined,
        workloads: found ?? [],
      };
    }),
  );
}

/** Deletes what was put onto the clusters; without `yes` says how much there is, and leaves it. */
export async function downOnClusters(name: string, yes: boolean): Promise<{ found: number; deleted: number }> {
  const stack = await EngineStack.open(platformFolder(name), projectRoot);
  const found = await stack.size();
  if (!yes) return { found, deleted: 0 };
  const { delete: deleted = 0 } = found === 0 ? {} : await stack.destroy(hear);
  return { found, deleted };
}
