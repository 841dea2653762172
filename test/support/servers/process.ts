import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { untilOf, type Until } from "../../../operations/local/servers/until.js";

export { freePorts } from "../../../common/ports.js";

/**
 * Ends what this process leaves behind, however it ends: the pipe closes with the process, and the shell then kills the
 * servers that are still noted and removes the folders. It has a session of its own, so that Ctrl-C does not reach it.
 */
const REAPER = `
servers=" " folders=""
while read -r word what; do
  case "$word" in
    server) servers="$servers$what " ;;
    stopped) servers="\${servers%% $what *} \${servers#* $what }" ;;
    folder) folders="$folders $what" ;;
  esac
done
for pid in $servers; do kill -9 "$pid" 2>/dev/null; done
sleep 0.2
for folder in $folders; do rm -rf -- "$folder"; done
`;

let reaper: ChildProcess | undefined;

function note(line: string): void {
  if (reaper === undefined) {
    reaper = spawn("sh", ["-c", REAPER], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    reaper.unref();
    (reaper.stdin as { unref?: () => void } | null)?.unref?.();
  }
  reaper.stdin?.write(`${line}\n`);
}

/** A process that somebody else started, and that must not outlive the tests. */
export function endWithTests(pid: number): void {
  note(`server ${pid}`);
}

/** A folder of this run's own, removed when the run ends, whichever way it ends. */
export async function temporaryFolder(purpose: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `agent-platform-${purpose}-`));
  note(`folder ${folder}`);
  return folder;
}

export interface ProcessOptions {
  /** Folder for the log. */
  readonly folder: string;
  /** Name of the log; default the program's. */
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A server that runs beside the tests; stopped by its own id. */
export interface ServerProcess {
  readonly pid: number;
  readonly logFile: string;
  readonly running: () => boolean;
  readonly until: Until;
  /** Kills it and waits for its end. The servers keep nothing that outlives a test, so none is asked politely. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Starts a server with its output in a log file. */
export function startProcess(program: string, args: readonly string[], options: ProcessOptions): ServerProcess {
  const name = options.name ?? basename(program);
  const logFile = join(options.folder, `${name}.log`);
  const log = openSync(logFile, "a");
  const child = spawn(program, args, { env: { ...process.env, ...options.env }, stdio: ["ignore", log, log] });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} did not start`);
  note(`server ${pid}`);
  child.unref();
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void ended.then(() => note(`stopped ${pid}`));
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid,
    logFile,
    running,
    until: untilOf({ name, logFile, running }),
    stop: async (signal = "SIGKILL") => {
      child.ref();
      if (running()) child.kill(signal);
      await ended;
    },
  };
}

/** Removes a temporary folder now. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
