import { existsSync } from "node:fs";
import Table from "cli-table3";
import type { Command } from "commander";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { deployRegion, workloads } from "../../operations/local/deploy.js";
import { supplyImages } from "../../operations/local/images/supply.js";
import { platformRemains, startPlatform, stopPlatform, type LocalPlan } from "../../operations/local/platform.js";
import { missingRequirements } from "../../operations/local/requirements.js";
import { openKubeconfig } from "../../operations/local/servers/region/access.js";
import { startProgress } from "../output/progress.js";
import { localObjects } from "./objects.js";

interface Options {
  readonly name: string;
  readonly json?: boolean;
}

const NAMESPACE = "agent-memory";

const planOf = (name: string): LocalPlan => ({
  name,
  images: [],
  metrics: true,
  regions: [
    { name: "local-a", nodes: 2, podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/16" },
    { name: "local-b", nodes: 1, podCidr: "10.245.0.0/16", serviceCidr: "10.97.0.0/16" },
  ],
});

async function during<T>(what: string, work: () => Promise<T>): Promise<T> {
  const progress = startProgress(what);
  try {
    return await work();
  } finally {
    progress.stop();
  }
}

async function up({ name, json }: Options): Promise<void> {
  const missing = await missingRequirements();
  if (missing.length > 0) {
    const faults = missing.map((rule) => ({ path: "this machine", rule, fix: "see docs/local.md" }));
    throw new PlatformError("a local platform cannot run here", ExitCode.configuration, faults);
  }
  const started = performance.now();
  const { regions } = await during("two regions", async () => await startPlatform(planOf(name)));
  const rendered = await localObjects(regions);
  for (const [index, region] of regions.entries()) {
    const objects = rendered[index] ?? [];
    const without = await during(`${region.name}: images`, async () => await supplyImages(region, objects, []));
    const { applied, left } = await during(`${region.name}: objects`, async () => await deployRegion(region, objects));
    process.stderr.write(`${region.name}: ${applied} objects applied\n`);
    for (const { object, reason } of left) process.stderr.write(`  left out: ${object} (${reason})\n`);
    for (const image of without) process.stderr.write(`  no image of ${image}: its pods wait\n`);
  }
  process.stderr.write(`up after ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
  await status({ name, ...(json === undefined ? {} : { json }) });
  // The regions' connections are kept alive; nothing else is waited for.
  process.exit(ExitCode.ok);
}

async function describe(name: string) {
  const remains = await platformRemains(name);
  if (remains === undefined) return undefined;
  const regions = Object.entries(remains.notes).flatMap(([note, file]) =>
    note.startsWith("kubeconfig ") && existsSync(file)
      ? [{ region: note.slice("kubeconfig ".length), kubeconfig: file }]
      : [],
  );
  const described = [];
  for (const { region, kubeconfig } of regions) {
    const api = await openKubeconfig(kubeconfig);
    try {
      const found = await workloads(api, NAMESPACE);
      described.push({ region, kubeconfig, serves: true, workloads: found });
    } catch {
      described.push({ region, kubeconfig, serves: false, workloads: [] });
    } finally {
      api.close();
    }
  }
  return { name, folder: remains.folder, running: remains.running, regions: described };
}

async function status({ name, json }: Options): Promise<void> {
  const found = await describe(name);
  if (json === true) {
    process.stdout.write(`${JSON.stringify(found ?? { name, running: [] }, null, 2)}\n`);
    return;
  }
  if (found === undefined) {
    process.stdout.write(`no local platform ${name} runs on this machine\n`);
    return;
  }
  const table = new Table({ head: ["region", "API", "workload", "pods ready"], style: { head: [], border: [] } });
  for (const { region, serves, workloads: of } of found.regions) {
    for (const { name: workload, ready, wanted } of of)
      table.push([region, "serves", workload, `${ready} of ${wanted}`]);
    if (of.length === 0) table.push([region, serves ? "serves" : "does not answer", "", ""]);
  }
  process.stdout.write(`${table.toString()}\n`);
  for (const { kubeconfig } of found.regions) process.stdout.write(`export KUBECONFIG=${kubeconfig}\n`);
}

async function down({ name, json }: Options): Promise<void> {
  const ended = await stopPlatform(name);
  const text = ended === 0 ? `no local platform ${name} ran on this machine` : `${name}: ${ended} processes ended`;
  process.stdout.write(json === true ? `${JSON.stringify({ name, ended })}\n` : `${text}\n`);
}

/** Adds `local up`, `local status` and `local down`. */
export function registerLocal(program: Command): void {
  const local = program.command("local").description("the platform on this machine: two regions whose pods really run");
  const add = (name: string, description: string, action: (options: Options) => Promise<void>): void => {
    local
      .command(name)
      .description(description)
      .option("--name <name>", "sets this platform apart from others on the machine", "local")
      .option("--json", "print JSON")
      .action(action);
  };
  add("up", "start two regions and deploy the stack `local` onto them; one that runs is replaced", up);
  add("status", "what runs, and the kubeconfig of each region", status);
  add("down", "end every process that `up` recorded, and remove all that it made", down);
}
