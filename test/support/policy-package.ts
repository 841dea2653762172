import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../common/command.js";
import { root } from "./stacks.js";

/** What `npm run build:policy` and `npm pack` make of policy/, installed elsewhere. */
export interface InstalledPack {
  /** The package's own folder, which `--policy-pack` takes. */
  readonly folder: string;
  /** What is in it, by path. */
  readonly files: readonly string[];
}

/**
 * Builds, packs, and installs the policy pack into an empty folder, with the two SDKs that its package.json names and
 * nothing else of this project. They are linked, not fetched: a test asks no registry.
 */
export async function installPack(into: string): Promise<InstalledPack> {
  await runCommand(process.execPath, ["--import", "tsx", join(root, "policy", "build.ts")], { cwd: root });
  const { stdout } = await runCommand("npm", ["pack", "--json", "--pack-destination", into, join(root, "policy")]);
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  if (packed === undefined) throw new Error(`npm pack made nothing: ${stdout}`);
  const modules = join(into, "node_modules");
  const folder = join(modules, "agent-platform-readiness");
  mkdirSync(folder, { recursive: true });
  await runCommand("tar", ["-xzf", join(into, packed.filename), "-C", folder, "--strip-components=1"]);
  mkdirSync(join(modules, "@pulumi"));
  for (const name of ["policy", "pulumi"]) {
    symlinkSync(join(root, "node_modules", "@pulumi", name), join(modules, "@pulumi", name), "dir");
  }
  return { folder, files: packed.files.map(({ path }) => path) };
}
