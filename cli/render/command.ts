import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import { makeFolder } from "../output/file.js";
import { runStack } from "../preview/run-stack.js";
import { requireStack, withStack } from "../preview/stack-option.js";
import { userPath } from "../root.js";
import { renderFiles, type RenderedFile } from "./files.js";

/** Marks a folder as one that `render` wrote and may write anew. */
const MARKER = ".rendered-by-agent-platform";

export function registerRender(program: Command): void {
  withStack(program.command("render"))
    .description("Write one file per Kubernetes object per region, and cloud resources as JSON. Secrets are redacted.")
    .requiredOption("-o, --out <dir>", "folder to write: absent, empty, or written by an earlier render")
    .option("--json", "list the files as JSON")
    .addHelpText("after", "\nExample:\n  npm run render -- --stack production --out rendered")
    .action(render);
}

interface RenderOptions {
  readonly stack?: string;
  readonly out: string;
  readonly json?: boolean;
}

async function render(options: RenderOptions): Promise<void> {
  const stack = requireStack(options.stack);
  const out = userPath(options.out);
  checkFolder(out);
  const run = await runStack(stack, { progress: `rendering ${stack}` });
  const files = renderFiles(run);
  write(out, files);
  const text =
    options.json === true
      ? JSON.stringify({ stack, out, files: files.map((file) => file.path) }, undefined, 2)
      : `wrote ${files.length} files to ${options.out}`;
  process.stdout.write(`${text}\n`);
}

function checkFolder(out: string): void {
  let entries: string[];
  try {
    if (!statSync(out).isDirectory()) throw new PlatformError(`${out} is not a folder`, ExitCode.configuration);
    entries = readdirSync(out);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return;
    if (thrown instanceof PlatformError) throw thrown;
    throw new PlatformError(`${out} cannot be read: ${messageOf(thrown)}`, ExitCode.configuration);
  }
  if (entries.length > 0 && !entries.includes(MARKER)) {
    throw new PlatformError(
      `${out} has files that no render wrote; choose another folder or empty it`,
      ExitCode.configuration,
    );
  }
}

function write(out: string, files: readonly RenderedFile[]): void {
  try {
    rmSync(out, { recursive: true, force: true });
    makeFolder(out);
    writeFileSync(join(out, MARKER), "");
    for (const { path, text } of files) {
      makeFolder(dirname(join(out, path)));
      writeFileSync(join(out, path), text);
    }
  } catch (thrown) {
    throw new PlatformError(`${out} cannot be written: ${messageOf(thrown)}`, ExitCode.error);
  }
}
