import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand, type CommandOptions, type CommandResult } from "../../common/command.js";
import { poll } from "../../common/poll.js";
import type { Ledger } from "./ledger.js";
import { untilOf, type Until } from "./servers/until.js";

/**
 * The first process of a space. Its mounts are private, so that they are gone with it; what nodes write to usual places
 * of the machine goes to the space's own folder. `wait` reaps the processes that runtimes leave to it.
 */
const HOLDER = `
set -e
mount --make-rprivate /
mount -t proc proc /proc
mount --bind "$1/lib" /var/lib
mount --bind "$1/log" /var/log
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/netns /run/lock
ip link set lo up
touch "$1/ready"
while :; do sleep 60 & wait $! || true; done
`;

/** Whether other tools may be run as if inside: network, mounts and processes. */
const enter = (pid: number): string[] => ["--target", String(pid), "--net", "--mount", "--pid"];

export interface StartOptions {
  /** Name of the log; default the program's. */
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that runs in a space. */
export interface SpaceProcess {
  readonly logFile: string;
  readonly running: () => boolean;
  readonly until: Until;
  /** Signals the program itself and waits for its end. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/**
 * A machine in miniature: network, mount and process namespaces of its own with one process that holds them. Killing
 * that one ends every process inside, and with them their mounts, interfaces and firewall rules. Nothing leads out of it
 * but the links that it is given.
 */
export class Space {
  private constructor(
    readonly name: string,
    readonly folder: string,
    /** Process id of the holder, as this machine sees it. */
    readonly pid: number,
  ) {}

  static async open(name: string, folder: string, ledger: Ledger): Promise<Space> {
    for (const part of ["lib", "log"]) await mkdir(join(folder, part), { recursive: true });
    const script = join(folder, "holder.sh");
    await writeFile(script, HOLDER);
    const log = openSync(join(folder, "holder.log"), "a");
    const args = ["--net", "--mount", "--pid", "--fork", "--kill-child", "sh", script, folder];
    const child = spawn("unshare", args, { detached: true, stdio: ["ignore", log, log] });
    closeSync(log);
    child.unref();
    const { pid } = child;
    if (pid === undefined) throw new Error("unshare did not start (Debian: apt-get install util-linux)");
    await ledger.process(`${name} (space)`, pid);
    const holder = await poll(async () => (existsSync(join(folder, "ready")) ? await childOf(pid) : undefined), {
      what: `the space ${name}`,
      intervalMs: 20,
      timeoutMs: 30_000,
    });
    await ledger.process(name, holder);
    return new Space(name, folder, holder);
  }

  /** A space that another run opened, by the process that holds it. */
  static attach(name: string, folder: string, pid: number): Space {
    return new Space(name, folder, pid);
  }

  /** Runs a program inside and waits for its end. */
  async run(program: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
    return await runCommand("nsenter", [...enter(this.pid), "--", program, ...args], options);
  }

  /** What a server answers, asked from inside. */
  async get(url: string, timeoutMs = 5000): Promise<string> {
    return (await this.run("busybox", ["wget", "-q", "-O", "-", url], { timeoutMs })).stdout;
  }

  /** Starts a server inside, with its output in a log file; it ends with the space. */
  async start(program: string, args: readonly string[], options: StartOptions): Promise<SpaceProcess> {
    const logFile = join(this.folder, `${options.name}.log`);
    const log = openSync(logFile, "a");
    const child = spawn("nsenter", [...enter(this.pid), "--", program, ...args], {
      detached: true,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    child.unref();
    const { pid } = child;
    if (pid === undefined) throw new Error("nsenter did not start (Debian: apt-get install util-linux)");
    const running = (): boolean => child.exitCode === null && child.signalCode === null;
    const inner = await poll(async () => (running() ? await childOf(pid) : -1), {
      what: `${options.name} to start`,
      intervalMs: 10,
      timeoutMs: 30_000,
    });
    return {
      logFile,
      running,
      until: untilOf({ name: options.name, logFile, running }),
      stop: async (signal = "SIGKILL") => {
        if (running() && inner > 0) process.kill(inner, signal);
        await poll(() => (running() ? undefined : true), { what: `${options.name} to end`, timeoutMs: 60_000 });
      },
    };
  }

  /** Ends everything inside at once, as a power cut does. */
  kill(): void {
    process.kill(this.pid, "SIGKILL");
  }
}

/** The one child of `unshare` or `nsenter`, which runs what they were asked to run. */
async function childOf(pid: number): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  const [child] = children.trim().split(" ");
  return child === undefined || child === "" ? undefined : Number(child);
}
