import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ExitCode, PlatformError } from "../../../common/errors.js";
import { accepts, freePorts } from "../../../common/ports.js";
import type { BackupJob } from "../job.js";
import { findProgram } from "../program.js";
import { startScratchProcess, type ScratchProcess } from "../scratch.js";
import type { ObjectStorage } from "../storage.js";
import { BackupView } from "./view.js";
import { Weaviate, type WeaviateSource } from "./weaviate.js";

/** Name of the server in its own image, and as `go build` calls it. */
const PROGRAMS = ["weaviate", "weaviate-server"] as const;

/** How often ports are looked for. */
const ATTEMPTS = 3;

export interface ScratchWeaviate {
  readonly source: WeaviateSource;
  readonly stop: () => Promise<void>;
}

/** Names of the instances that wrote a backup: a restore needs as many, with the same names. */
async function instancesOf(storage: ObjectStorage, id: string): Promise<string[]> {
  const text = await storage.readText(`${id}/backup_config.json`);
  const names = Object.keys((JSON.parse(text) as { nodes?: Record<string, unknown> }).nodes ?? {}).sort();
  if (names.length > 0) return names;
  throw new PlatformError(`the backup ${id} names no instance`, ExitCode.resource);
}

/**
 * A Weaviate of as many instances as wrote the backup, on loopback, that sees this backup and nothing else: it has no
 * identity in the vault, and nothing of the vault is written, not even the notes that a restore leaves.
 */
export async function startScratchWeaviate(
  storage: ObjectStorage,
  job: BackupJob,
  at: string,
): Promise<ScratchWeaviate> {
  const view = await BackupView.open(storage, job.objects ?? []);
  try {
    const env = { ...view.environment, AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: "true" };
    const names = await instancesOf(storage, job.toolId ?? job.id);
    const weaviate = await startWeaviate(names, { at, env, source: { backend: "s3" } });
    const stop = async (): Promise<void> => {
      await weaviate.stop();
      await view.close();
    };
    return { source: weaviate.source, stop };
  } catch (thrown) {
    await view.close();
    throw thrown;
  }
}

export interface WeaviateOptions {
  /** Folder for the data and logs of each instance; holds none of these names yet. */
  readonly at: string;
  /** Modules, and who may enter. */
  readonly env: Readonly<Record<string, string>>;
  readonly source: Omit<WeaviateSource, "url">;
}

/**
 * A Weaviate of named instances on loopback, once all of them serve. It listens seconds after its ports were found free:
 * where somebody took one of them meanwhile, it starts afresh with others.
 */
export async function startWeaviate(names: readonly string[], options: WeaviateOptions): Promise<ScratchWeaviate> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startInstances(names, options);
    } catch (thrown) {
      if (attempt === ATTEMPTS || !/address already in use/.test(String(thrown))) throw thrown;
      for (const name of names) await rm(join(options.at, name), { recursive: true, force: true });
    }
  }
}

async function startInstances(names: readonly string[], options: WeaviateOptions): Promise<ScratchWeaviate> {
  const nodes = await Promise.all(names.map(describeNode));
  const program = findProgram(...PROGRAMS);
  const started: ScratchProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(async (server) => await server.stop("SIGKILL")));
  };
  try {
    for (const node of nodes) {
      const [first] = started;
      // Whoever joins finds the first one there, or ends at once.
      await first?.until(
        "Weaviate's first instance to gossip",
        async () => (await accepts(nodes[0]?.gossip ?? 0)) || undefined,
        300,
      );
      started.push(await launch(program, node, { nodes, options }));
    }
    const source: WeaviateSource = { ...options.source, url: `http://127.0.0.1:${nodes[0]?.http ?? 0}` };
    const complete = async (): Promise<true | undefined> =>
      (await new Weaviate(source).members()) === nodes.length ? true : undefined;
    await Promise.all(started.map((server) => server.until("Weaviate's instances to be ready", complete, 300)));
    return { source, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

interface Node {
  readonly name: string;
  readonly http: number;
  readonly grpc: number;
  readonly gossip: number;
  readonly raft: number;
}

async function describeNode(name: string): Promise<Node> {
  // On one host the data port is expected right after the gossip port, and Raft's calls right after Raft.
  const [gossip = 0, raft = 0, http = 0] = await freePorts(3, 2);
  return { name, gossip, raft, http, grpc: http + 1 };
}

interface Group {
  readonly nodes: readonly Node[];
  readonly options: WeaviateOptions;
}

async function launch(program: string, node: Node, { nodes, options }: Group): Promise<ScratchProcess> {
  const data = join(options.at, node.name);
  await mkdir(data, { recursive: true });
  const [first] = nodes;
  const env: Record<string, string> = {
    ...options.env,
    PERSISTENCE_DATA_PATH: data,
    DEFAULT_VECTORIZER_MODULE: "none",
    DISABLE_TELEMETRY: "true",
    // Ports that are the same for every instance would clash.
    PROMETHEUS_MONITORING_ENABLED: "false",
    GO_PROFILING_DISABLE: "true",
    CLUSTER_IN_LOCALHOST: "true",
    CLUSTER_HOSTNAME: node.name,
    CLUSTER_BIND_ADDR: "127.0.0.1",
    CLUSTER_ADVERTISE_ADDR: "127.0.0.1",
    CLUSTER_GOSSIP_BIND_PORT: String(node.gossip),
    CLUSTER_DATA_BIND_PORT: String(node.gossip + 1),
    CLUSTER_JOIN: first === undefined || first === node ? "" : `127.0.0.1:${first.gossip}`,
    GRPC_PORT: String(node.grpc),
    RAFT_PORT: String(node.raft),
    RAFT_INTERNAL_RPC_PORT: String(node.raft + 1),
    RAFT_JOIN: nodes.map(({ name, raft }) => `${name}:${raft}`).join(","),
    RAFT_BOOTSTRAP_EXPECT: String(nodes.length),
    // Between instances on one host an election need not take a network's delays into account.
    RAFT_TIMEOUTS_MULTIPLIER: "2",
    LOG_LEVEL: "warning",
  };
  const args = ["--scheme", "http", "--host", "127.0.0.1", "--port", String(node.http)];
  const log = join(options.at, `${node.name}.log`);
  return startScratchProcess(program, args, { log, env, fatal: /level":"(?:fatal|panic)/ });
}
