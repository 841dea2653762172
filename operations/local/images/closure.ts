import { realpath } from "node:fs/promises";
import { runCommand } from "../../../common/command.js";
import type { ImageEntry } from "./archive.js";

/** The programs and every shared library that their loader would look for, at the paths where it looks. */
export async function closureOf(programs: readonly string[]): Promise<ImageEntry[]> {
  const found = new Map<string, string>();
  for (const program of programs) found.set(program, await realpath(program));
  // A static program has no loader: ldd says so with an exit code of 1.
  const { stdout } = await runCommand("ldd", programs, { allowExitCodes: [1] });
  for (const [, library = ""] of stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)) {
    if (!found.has(library)) found.set(library, await realpath(library));
  }
  return [...found].map(([path, from]) => ({ path, from }));
}
