import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "../../common/poll.js";
import type { Ledger } from "./ledger.js";

const ROOT = "/sys/fs/cgroup";

/** Whether the machine has the one hierarchy of cgroup v2. */
function isUnified(): boolean {
  return existsSync(join(ROOT, "cgroup.controllers"));
}

async function hierarchies(): Promise<string[]> {
  if (isUnified()) return [ROOT];
  const names = await readdir(ROOT);
  // The same hierarchy may be there under two names, such as cpu,cpuacct and links to it.
  return names.map((name) => join(ROOT, name)).filter((folder) => existsSync(join(folder, "cgroup.procs")));
}

/**
 * Makes a control group in every hierarchy, for a kubelet to build its own below: it does not make its root itself.
 * @returns its name, from the root of the hierarchies.
 */
export async function makeCgroup(name: string, ledger: Ledger): Promise<string> {
  for (const hierarchy of await hierarchies()) {
    const folder = join(hierarchy, name);
    await ledger.cgroup(folder);
    if (isUnified()) {
      const controllers = (await readFile(join(ROOT, "cgroup.controllers"), "utf8")).trim().split(" ");
      const all = controllers.map((controller) => `+${controller}`).join(" ");
      await writeFile(join(ROOT, "cgroup.subtree_control"), all).catch(() => undefined);
    }
    await mkdir(folder, { recursive: true });
    // A new cpuset of cgroup v1 has no processor, and nothing can run in it.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      if (isUnified() || !existsSync(join(folder, file))) continue;
      await writeFile(join(folder, file), await readFile(join(hierarchy, file), "utf8"));
    }
  }
  return `/${name}`;
}

async function removeTree(folder: string): Promise<void> {
  const below = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of below) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  await rmdir(folder).catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown;
  });
}

/** Removes control groups whose processes have ended; the kernel may need a moment to see that. */
export async function removeCgroups(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await poll(
      async () => {
        await removeTree(folder);
        return true;
      },
      { what: `the control group ${folder} to be empty`, intervalMs: 100, timeoutMs: 20_000 },
    );
  }
}
