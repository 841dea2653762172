import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { PlatformError } from "../../../common/errors.js";
import { cacheFolder, kept, say } from "./cache.js";
import { dataModules, recipes, type Recipe, type ServerName } from "./recipes.js";

// A vendor folder, a workspace or a writable go.mod of the user's would make the build another one than the pinned.
const environment = { GOFLAGS: "-mod=readonly -buildvcs=false", GOWORK: "off" };

async function digestOf(recipe: Recipe): Promise<string> {
  const hash = createHash("sha256").update(`${recipe.mainPackage}\n${recipe.linkerFlags ?? ""}\n`);
  for (const file of (await readdir(recipe.moduleFolder)).sort()) {
    hash.update(`${file}\n`).update(await readFile(join(recipe.moduleFolder, file)));
  }
  return hash.digest("hex").slice(0, 12);
}

async function build(recipe: Recipe, target: string): Promise<void> {
  const flags = ["-ldflags", ["-s -w", recipe.linkerFlags ?? ""].join(" ").trim()];
  await runCommand("go", ["build", "-o", target, ...flags, recipe.mainPackage], {
    cwd: recipe.moduleFolder,
    env: { ...environment, ...(recipe.static === true && { CGO_ENABLED: "0" }) },
  }).catch((thrown: unknown) => {
    if (!(thrown instanceof PlatformError)) throw thrown;
    throw new PlatformError(`${thrown.message}\n  Go 1.26.1 or later and its module proxy are needed to build servers`);
  });
}

/**
 * Path of a server's binary: of `$KUBEBUILDER_ASSETS` where it holds one, else of the cache, else built from source into
 * the cache. Building says what it does and how long it took; two processes that ask at once build once.
 */
export async function ensureServer(name: ServerName): Promise<string> {
  const assets = process.env.KUBEBUILDER_ASSETS;
  if (assets !== undefined && existsSync(join(assets, name))) return join(assets, name);
  return await ensureRecipe(name, recipes[name]);
}

/** The same for a recipe of the caller's own. */
export async function ensureRecipe(name: string, recipe: Recipe): Promise<string> {
  const file = [name, recipe.version, process.platform, process.arch, await digestOf(recipe)].join("-");
  const target = join(cacheFolder(), "bin", file);
  return await kept(target, async (partial) => {
    say(`building ${name} ${recipe.version} from source, about ${recipe.seconds} s on two cores from cold`);
    const started = performance.now();
    await build(recipe, partial);
    say(`${name} ${recipe.version} built in ${Math.round((performance.now() - started) / 1000)} s: ${target}`);
  });
}

/** Builds whatever is missing, one after another: a build uses every core there is. */
export async function ensureServers<N extends ServerName>(names: readonly N[]): Promise<Record<N, string>> {
  const paths: Partial<Record<N, string>> = {};
  for (const name of names) paths[name] = await ensureServer(name);
  return paths as Record<N, string>;
}

const folders = new Map<string, Promise<string>>();

/** Folder of a pinned module's source, downloaded on first use: CRDs and other data are read from there. */
export function moduleFolder(module: keyof typeof dataModules): Promise<string> {
  const known = folders.get(module);
  if (known) return known;
  const found = runCommand("go", ["mod", "download", "-json", module], {
    cwd: dataModules[module],
    env: environment,
  }).then(({ stdout }) => (JSON.parse(stdout) as { Dir: string }).Dir);
  folders.set(module, found);
  return found;
}
