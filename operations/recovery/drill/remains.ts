import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { poll } from "../../../common/poll.js";
import { cancelledRecord, isFinished } from "../run/record.js";
import type { RunFiles } from "../run/files.js";
import { isRunning } from "../run/running.js";

const PREFIX = "recovery-drill-";
const OWNER = "drill.json";
/** Programs that a drill starts, and that outlive it where it is killed. */
const PROGRAMS = ["postgres", "versitygw"];

/** A folder of a drill's own, which says whose it is. */
export async function makeDrillFolder(within = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(within, PREFIX));
  await writeFile(join(folder, OWNER), JSON.stringify({ pid: process.pid }));
  return folder;
}

/** Servers whose command line names the folder, which has a name that no other has. */
async function serversIn(folder: string): Promise<number[]> {
  const { stdout } = await runCommand("ps", ["-A", "-o", "pid=,args="]);
  return stdout.split("\n").flatMap((line) => {
    const [pid = "", program = "", ...args] = line.trim().split(/\s+/);
    const ours = PROGRAMS.includes(basename(program)) && args.some((one) => `${one}/`.startsWith(`${folder}/`));
    return ours ? [Number(pid)] : [];
  });
}

async function stopServers(folder: string): Promise<number> {
  const found = await serversIn(folder);
  // PostgreSQL ends at once by it, and takes its children along; nothing of the drill's data is wanted any more.
  for (const pid of found) if (isRunning(pid)) process.kill(pid, "SIGQUIT");
  await poll(() => (found.some(isRunning) ? undefined : true), {
    what: `the servers in ${folder} to end`,
    intervalMs: 100,
    timeoutMs: 20_000,
  });
  return found.length;
}

async function ownerOf(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, OWNER), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { readonly pid: number }).pid;
}

/**
 * Takes away what drills left whose process was killed: their servers, folders, and runs that look as if they went on.
 * @returns one line for each of them.
 */
export async function clearRemains(files: RunFiles, within = tmpdir()): Promise<string[]> {
  const told: string[] = [];
  for (const name of (await readdir(within)).filter((one) => one.startsWith(PREFIX))) {
    const folder = join(within, name);
    const owner = await ownerOf(folder);
    // Without a word of whose it is, it may be that of a drill which is just beginning.
    if (owner === undefined || isRunning(owner)) continue;
    const servers = await stopServers(folder);
    await rm(folder, { recursive: true, force: true });
    told.push(`${folder} was left by a drill that was killed: ${servers} servers stopped, folder removed`);
  }
  for (const id of await files.ids("active")) {
    const record = await files.find(id);
    const last = record?.sessions.at(-1);
    if (record?.input.drill !== true || isFinished(record) || last?.host !== hostname() || isRunning(last.pid))
      continue;
    await files.write(cancelledRecord(record, "the next drill: its process was killed"), "finished");
    told.push(`${id} is cancelled: its process was killed`);
  }
  return told;
}
