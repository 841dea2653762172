import { readdir, readFile } from "node:fs/promises";
import { isRunning, type Ledger } from "../../../operations/local/ledger.js";

/** Parent of every process of this machine. */
async function parents(): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const parent = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
    if (parent !== undefined) found.set(Number(name), Number(parent));
  }
  return found;
}

async function proportionalBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}

/**
 * Memory of a platform in bytes: every process that it recorded and all that these started, pods included; what several
 * of them share is counted once (PSS). Pages of files that the kernel keeps for as long as nobody needs them are not in it.
 */
export async function memoryOf(ledger: Ledger): Promise<{ readonly bytes: number; readonly processes: number }> {
  const parentOf = await parents();
  const own = new Set(ledger.processes.filter(isRunning).map(({ pid }) => pid));
  const belongs = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parentOf.get(at))
      if (own.has(at)) return true;
    return false;
  };
  const all = [...parentOf.keys()].filter(belongs);
  let bytes = 0;
  for (const pid of all) bytes += await proportionalBytes(pid);
  return { bytes, processes: all.length };
}
