import { mkdir } from "node:fs/promises";
import { runCommand } from "../../../common/command.js";
import { skip } from "../counts.js";

/** A file system of so many mebibytes, mounted on a new folder; the caller unmounts it. Skips where none can be mounted. */
export async function smallFileSystem(context: Mocha.Context, folder: string, mebibytes: number): Promise<string> {
  await mkdir(folder);
  const args = ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder];
  const mounted = await runCommand("mount", args, { allowExitCodes: [1, 32] });
  if (mounted.exitCode !== 0) skip(context, `a small file system cannot be mounted here: ${mounted.stderr.trim()}`);
  return folder;
}
