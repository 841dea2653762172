import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import { userPath } from "../root.js";

/**
 * Makes a folder and those above it, one by one: Node's recursive call never ends where a file system that takes no
 * folders answers as if the one above were missing, as /proc does.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/**
 * Writes what a command was asked to write to a file, and says so on standard error.
 * @throws PlatformError exit code 2 where the path cannot be written.
 */
export function writeOutput(flag: string, path: string, text: string): void {
  const file = userPath(path);
  try {
    makeFolder(dirname(file));
    writeFileSync(file, text);
  } catch (thrown) {
    throw new PlatformError("the report could not be written", ExitCode.configuration, [
      { path: flag, received: path, rule: messageOf(thrown), fix: "name a file in a folder that you may write to" },
    ]);
  }
  process.stderr.write(`wrote ${file}\n`);
}
