import { existsSync } from "node:fs";
import Table from "cli-table3";
import { InvalidArgumentError, type Command } from "commander";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { defaultKubeconfig } from "../../operations/kubeconfig.js";
import { attachPlatform } from "../../operations/local/attach.js";
import { workloads } from "../../operations/local/deploy.js";
import {
  PLATFORM_SERVERS,
  platformFolder,
  platformRemains,
  startPlatform,
  stopPlatform,
} from "../../operations/local/platform.js";
import { missingRequirements } from "../../operations/local/requirements.js";
import { ensureServers } from "../../operations/local/servers/ensure.js";
import { openKubeconfig } from "../../operations/local/servers/region/access.js";
import { openWay } from "../../operations/local/way.js";
import { kubeconfigOption, refuseKubeconfigAlone } from "../kubeconfig-option.js";
import { deployAll, during, NAMESPACE, planOf } from "./deploy.js";
import { contextsOf, describeClusters, downOnClusters, upOnClusters, type Contexts } from "./existing.js";

interface Options {
  readonly name: string;
  readonly json?: boolean;
}

interface UpOptions extends Options {
  readonly context?: readonly string[];
  readonly kubeconfig?: string;
}

interface DownOptions extends Options {
  readonly yes?: boolean;
}

interface OpenOptions extends Options {
  readonly region: string;
}

/** A name is that of a folder, which `local down` removes: a path would remove what is not a platform's. */
function platformName(text: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError("must be lower-case letters, digits and hyphens between them, 40 at most");
}

/** Deploys onto clusters of the user's own, and says what the engine did. */
async function upElsewhere(options: Options, contexts: Contexts): Promise<void> {
  const changes = await upOnClusters(options.name, contexts);
  const counts = Object.entries(changes).map(([operation, count]) => `${count} ${operation}`);
  process.stderr.write(`${contexts.contexts.join(", ")}: ${counts.join(", ")}\n`);
  await status(options);
}

async function up(options: UpOptions): Promise<void> {
  const { name, context, kubeconfig } = options;
  refuseKubeconfigAlone(options, "for regions on this machine");
  if (context !== undefined) {
    await upElsewhere(options, { kubeconfig: kubeconfig ?? defaultKubeconfig(), contexts: context });
    return;
  }
  await refuseElsewhere(name, "local apply, or `local up` with another name");
  const missing = await missingRequirements();
  if (missing.length > 0) {
    const faults = missing.map((rule) => ({ path: "this machine", rule, fix: "see docs/local.md" }));
    throw new PlatformError("a local platform cannot run here", ExitCode.configuration, faults);
  }
  const started = performance.now();
  // All at once: one compiles while another is linked.
  await ensureServers([...PLATFORM_SERVERS, "weaviate-server"]);
  const { regions, folder } = await during("two regions", async () => await startPlatform(planOf(name)));
  await deployAll(regions, folder);
  process.stderr.write(`up after ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
  await status(options);
  // The regions' connections are kept alive; nothing else is waited for.
  process.exit(ExitCode.ok);
}

/** As `pulumi up` after a change of the stack's file: what runs becomes what the file says. */
async function apply(options: Options): Promise<void> {
  const { name } = options;
  const elsewhere = await contextsOf(name);
  if (elsewhere !== undefined) {
    await upElsewhere(options, elsewhere);
    return;
  }
  const { regions, folder } = await attachPlatform(planOf(name));
  await deployAll(regions, folder);
  for (const { api } of regions) api.close();
  await status(options);
}

/** What only regions on this machine can do. */
async function refuseElsewhere(name: string, fix: string): Promise<void> {
  const elsewhere = await contextsOf(name);
  if (elsewhere === undefined) return;
  const rule = `is on clusters of your own (${elsewhere.contexts.join(", ")})`;
  throw new PlatformError("this is for regions on this machine", ExitCode.configuration, [
    { path: `--name ${name}`, rule, fix },
  ]);
}

async function open(service: string, { name, json, region: key }: OpenOptions): Promise<void> {
  await refuseElsewhere(name, `kubectl port-forward --namespace ${NAMESPACE} service/${service} 8080:80`);
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
  const elsewhere = await contextsOf(name);
  if (elsewhere !== undefined) {
    return { name, folder: platformFolder(name), running: [], regions: await describeClusters(elsewhere) };
  }
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
  for (const region of found.regions) {
    const context = "context" in region ? ` # context ${region.context}` : "";
    process.stdout.write(`export KUBECONFIG=${region.kubeconfig}${context}\n`);
  }
}

async function down({ name, json, yes = false }: DownOptions): Promise<void> {
  const elsewhere = await contextsOf(name);
  if (elsewhere !== undefined) {
    const { found, deleted } = await downOnClusters(name, yes);
    const where = elsewhere.contexts.join(" and ");
    const text = yes
      ? `${name}: ${deleted} resources deleted from ${where}`
      : `${name}: would delete ${found} resources from ${where}, databases with their data among them; nothing was: repeat with --yes`;
    if (yes) await stopPlatform(name);
    process.stdout.write(json === true ? `${JSON.stringify({ name, found, deleted })}\n` : `${text}\n`);
    return;
  }
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
  command("up", "start two regions and deploy the stack `local` onto them; one that runs is replaced")
    .option("--context <name...>", "deploy by the Pulumi engine onto clusters of your own instead: one a region")
    .addOption(kubeconfigOption())
    .action(up);
  add("status", "what runs, and the kubeconfig of each region", status);
  add("apply", "make what runs into what the stack `local` says now, as `pulumi up` does", apply);
  command("open", "open a port of this machine that leads to a service, and print its address")
    .argument("<service>", "agent-memory-service, agent-memory-canary")
    .option("--region <name>", "where", "local-a")
    .action(open);
  command("down", "end every process that `up` recorded, and remove all that it made")
    .option("--yes", "also delete what was deployed onto clusters of your own, which is only counted without this")
    .action(down);
}
