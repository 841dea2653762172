import { spawn } from "node:child_process";
import { join } from "node:path";
import { registerRecover } from "../../../cli/recover/command.js";
import { poll } from "../../../common/poll.js";
import { runHere } from "../command-here.js";
import type { RunRecord } from "../../../operations/recovery/run/record.js";
import type { RunFiles } from "../../../operations/recovery/run/files.js";

const root = join(__dirname, "..", "..", "..");

export interface Finished {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly pid: number;
  readonly kill: () => void;
  readonly ended: Promise<Finished>;
}

const running = new Set<() => void>();

/** Ends what a test that failed left running, or mocha would wait for it. */
export function killStarted(): void {
  for (const kill of running) kill();
}

/** `npm run recover -- …` as a process of its own, which a test may kill. */
export function startRecover(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, ["--import", "tsx", join(root, "cli", "main.ts"), "recover", ...args], {
    cwd: root,
    env: { ...process.env, ...env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  running.add(kill);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Finished>((resolve) => {
    child.on("close", (exitCode, signal) => {
      running.delete(kill);
      resolve({ exitCode, signal, stdout, stderr });
    });
  });
  return { pid: child.pid ?? 0, kill, ended };
}

/** The command in this process, for what needs none of its own. */
export async function recover(args: readonly string[]): Promise<Finished> {
  return { ...(await runHere(registerRecover, ["recover", ...args])), signal: null };
}

/** The id of the only run that is not over. */
async function activeRun(files: RunFiles): Promise<string> {
  return await poll(async () => (await files.ids("active"))[0], { what: "a run to begin", timeoutMs: 60_000 });
}

/** The record as it is kept, once it shows what is waited for. */
export async function recordWith(
  files: RunFiles,
  process: Started,
  wanted: (record: RunRecord) => boolean,
): Promise<RunRecord> {
  let ended: Finished | undefined;
  void process.ended.then((finished) => (ended = finished));
  const id = await activeRun(files);
  const found = await poll(
    async () => {
      const record = await files.find(id);
      return record !== undefined && wanted(record) ? record : ended;
    },
    { what: `${id} to get there`, intervalMs: 20, timeoutMs: 240_000 },
  );
  if ("input" in found) return found;
  throw new Error(`the command ended first:\n${found.stdout}\n${found.stderr}`);
}
