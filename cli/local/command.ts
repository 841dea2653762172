import { existsSync } from "node:fs";
import Table from "cli-table3";
import { InvalidArgumentError, type Command } from "commander";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { attachPlatform } from "../../operations/local/attach.js";
import { workloads } from "../../operations/local/deploy.js";
import { platformRemains, startPlatform, stopPlatform } from "../../operations/local/platform.js";
import { missingRequirements } from "../../operations/local/requirements.js";
import { openKubeconfig } from "../../operations/local/servers/region/access.js";
import { openWay } from "../../operations/local/way.js";
import { deployAll, during, NAMESPACE, planOf } from "./deploy.js";

interface Options {
  readonly name: string;
  readonly json?: boolean;
}

interface OpenOptions extends Options {
  readonly region: string;
}

/** A name is that of a folder, which `local down` removes: a path would remove what is not a platform's. */
function platformName(text: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError("must be lower-case letters, digits and hyphens between them, 40 at most");
}

async function up({ name, json }: Options): Promise<void> {
  const missing = await missingRequirements();
  if (missing.length > 0) {
    const faults = missing.map((rule) => ({ path: "this machine", rule, fix: "see docs/local.md" }));
    throw new PlatformError("a local platform cannot run here", ExitCode.configuration, faults);
  }
  const started = performance.now();
  const { regions, folder } = await during("two regions", async () => await startPlatform(planOf(name)));
  await deployAll(regions, folder);
  process.stderr.write(`up after ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
  await status({ name, ...(json === undefined ? {} : { json }) });
  // The regions' connections are kept alive; nothing else is waited for.
  process.exit(ExitCode.ok);
}

/** As `pulumi up` after a change of the stack's file: what runs becomes what the file says. */
async function apply({ name, json }: Options): Promise<void> {
  const { regions, folder } = await attachPlatform(planOf(name));
  await deployAll(regions, folder);
  for (const { api } of regions) api.close();
  await status({ name, ...(json === undefined ? {} : { json }) });
}

async function open(service: string, { name, json, region: key }: OpenOptions): Promise<void> {
  const { regions, ledger } = await attachPlatform(planOf(name));
  const region = regions.find((candidate) => candidate.name === key);
  if (region === undefined) {
    throw new PlatformError("there is no such region", ExitCode.configuration, [
      {
        path: "--region",
        received: key,
        rule: "must be a region of the local platform",
        fix: `one of ${regions.map((candidate) => candidate.name).join(", ")}`,
      },
    ]);
  }
  const { pod, port } = await openWay(region, { namespace: NAMESPACE, service }, ledger);
  for (const { api } of regions) api.close();
  const url = `http://127.0.0.1:${port}`;
  process.stderr.write(json === true ? "" : `leads to ${pod} in ${region.name}; \`local down\` closes it\n`);
  process.stdout.write(json === true ? `${JSON.stringify({ region: region.name, service, pod, url })}\n` : `${url}\n`);
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

/** Adds `local up|status|apply|open|down`. */
export function registerLocal(program: Command): void {
  const local = program.command("local").description("the platform on this machine: two regions whose pods really run");
  const command = (name: string, description: string): Command =>
    local
      .command(name)
      .description(description)
      .option("--name <name>", "sets this platform apart from others on the machine", platformName, "local")
      .option("--json", "print JSON");
  const add = (name: string, description: string, action: (options: Options) => Promise<void>): void => {
    command(name, description).action(action);
  };
  add("up", "start two regions and deploy the stack `local` onto them; one that runs is replaced", up);
  add("status", "what runs, and the kubeconfig of each region", status);
  add("apply", "make what runs into what the stack `local` says now, as `pulumi up` does", apply);
  command("open", "open a port of this machine that leads to a service, and print its address")
    .argument("<service>", "agent-memory-service, agent-memory-canary")
    .option("--region <name>", "where", "local-a")
    .action(open);
  add("down", "end every process that `up` recorded, and remove all that it made", down);
}
