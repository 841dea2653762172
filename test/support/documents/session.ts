import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { root } from "../stacks.js";
import type { Step } from "./blocks.js";

/** What one command of a document did. */
export interface Outcome {
  readonly step: Step;
  /** `undefined` where the shell ended before the command did. */
  readonly exitCode: number | undefined;
  readonly output: string;
}

const left = new Set(["node_modules", ".git", "coverage", "rendered", "plans", "reports", "drift"]);

/** A copy of the checkout in which commands may change and write what they like. */
export function copyOfCheckout(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "documents-"));
  cpSync(root, folder, { recursive: true, filter: (path) => dirname(path) !== root || !left.has(basename(path)) });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Types the commands of a document into one shell, one after another, so that what one exports or writes is there for
 * the next. Standard error is shown among the output, as on a terminal.
 */
export async function typeIn(
  steps: readonly Step[],
  { folder, env = {} }: { readonly folder: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Outcome[]> {
  const mark = "end of a command of a document:";
  const asRoot = process.getuid?.() === 0 ? 'sudo() { "$@"; }\n' : "";
  const typed = steps.map(({ command }) => `${command}\nprintf '\\n${mark}%s\\n' "$?"\n`);
  const { stdout } = await runCommand(
    "bash",
    ["--noprofile", "--norc", "-c", `exec 2>&1\nunset FORCE_COLOR\n${asRoot}${typed.join("")}`],
    {
      cwd: folder,
      env: { NO_COLOR: "1", npm_config_update_notifier: "false", ...env },
      allowExitCodes: Array.from({ length: 256 }, (_, code) => code),
    },
  );
  const told = stdout.replaceAll(folder, "~/agent-platform").replaceAll(homedir(), "~").split(`\n${mark}`);
  return steps.map((step, index) => {
    const [, code] = /^(\d+)\n/.exec(told[index + 1] ?? "") ?? [];
    const output = (told[index] ?? "").replace(/^\d+\n/, "");
    return { step, output, exitCode: code === undefined ? undefined : Number(code) };
  });
}
