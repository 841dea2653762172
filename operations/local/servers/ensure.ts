import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import pLimit from "p-limit";
import { runCommand } from "../../../common/command.js";
import { PlatformError } from "../../../common/errors.js";
import { cacheFolder, say, withLock } from "./cache.js";
import { dataModules, recipes, type Recipe, type ServerName } from "./recipes.js";

// A vendor folder, a workspace or a writable go.mod of the user's would make the build another one than the pinned. All are
// built without C: they run in images that hold nothing else, and share what is compiled.
const environment = { GOFLAGS: "-mod=readonly -buildvcs=false", GOWORK: "off", CGO_ENABLED: "0" };

/** Modules that are built at a time: while one downloads or links, the other compiles. */
const LANES = 2;

/** How often it is said how far a build is, in milliseconds. */
const EVERY = 60_000;

async function digestOf({ mainPackage, module }: Recipe): Promise<string> {
  const hash = createHash("sha256").update(`${mainPackage}\n${module.linkerFlags ?? ""}\n`);
  const entries = await readdir(module.folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    hash.update(`${file.slice(module.folder.length + 1)}\n`).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 12);
}

/** A binary that is wanted, and where it is kept. */
interface Wanted {
  readonly name: string;
  readonly recipe: Recipe;
  readonly target: string;
}

async function wanted(name: string, recipe: Recipe): Promise<Wanted> {
  const file = [name, recipe.version, process.platform, process.arch, await digestOf(recipe)].join("-");
  return { name, recipe, target: join(cacheFolder(), "bin", file) };
}

/** What `go build` calls the program of a package: the last part of its path that is no major version. */
function programOf({ name, recipe: { mainPackage } }: Wanted): string {
  return mainPackage === "." ? name : basename(mainPackage.replace(/\/v\d+$/, ""));
}

/** Says now and then how many packages are compiled, by the names that `go build -v` prints. */
function reportOn(what: string): { heard: (text: string) => void; stop: () => void } {
  const started = performance.now();
  let packages = 0;
  const timer = setInterval(() => {
    say(`${what}: ${packages} packages compiled after ${Math.round((performance.now() - started) / 60_000)} min`);
  }, EVERY);
  timer.unref();
  return {
    heard: (text) => {
      packages += text.split("\n").filter((line) => /^[\w.~-]+(\/[\w.~-]+)*$/.test(line)).length;
    },
    stop: () => clearInterval(timer),
  };
}

/** Builds the given programs of one module at once into a folder. */
async function build(all: readonly [Wanted, ...Wanted[]], folder: string): Promise<void> {
  const [{ name, recipe }] = all;
  const { module } = recipe;
  const report = reportOn(all.length === 1 ? name : `${name} and ${all.length - 1} more`);
  // What a debugger would want is neither compiled nor linked: a sixth of the time and a fifth of Go's cache.
  const flags = [
    "-gcflags=all=-dwarf=false",
    ...(module.plain ?? []).map((pattern) => `-gcflags=${pattern}=-dwarf=false -l`),
    `-ldflags=${["-s -w", module.linkerFlags ?? ""].join(" ").trim()}`,
  ];
  const packages = all.map(({ recipe: { mainPackage } }) => mainPackage);
  const output = all.length === 1 ? join(folder, programOf(all[0])) : `${folder}/`;
  await runCommand("go", ["build", "-v", "-o", output, ...flags, ...packages], {
    cwd: module.folder,
    env: environment,
    heard: report.heard,
  })
    .catch((thrown: unknown) => {
      if (!(thrown instanceof PlatformError)) throw thrown;
      throw new PlatformError(
        `${thrown.message}\n  Go 1.26.1 or later and its module proxy are needed to build servers`,
      );
    })
    .finally(report.stop);
}

const isMissing = ({ target }: Wanted): boolean => !existsSync(target);

/** Makes what is not there yet of one module; two processes that ask at once make it once. */
async function make(folder: string, all: readonly Wanted[]): Promise<void> {
  const bin = join(cacheFolder(), "bin");
  await withLock(join(bin, `${basename(folder)}.lock`), async () => {
    const [first, ...others] = all.filter(isMissing);
    if (first === undefined) return;
    const missing = [first, ...others] as const;
    const names = missing.map(({ name, recipe }) => `${name} ${recipe.version}`).join(", ");
    const seconds = missing.reduce((sum, { recipe }) => sum + recipe.seconds, 0);
    say(`building ${names} from source, about ${Math.ceil(seconds / 60)} min on two idle cores from cold`);
    const started = performance.now();
    await mkdir(bin, { recursive: true });
    const partial = await mkdtemp(join(bin, "partial-"));
    try {
      await build(missing, partial);
      for (const one of missing) await rename(join(partial, programOf(one)), one.target);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
    say(`${names} built in ${Math.round((performance.now() - started) / 1000)} s`);
  });
}

async function ensure(all: readonly Wanted[]): Promise<void> {
  const lanes = pLimit(LANES);
  const byModule = Map.groupBy(all.filter(isMissing), ({ recipe }) => recipe.module.folder);
  const makeOrEnd = async (folder: string, some: readonly Wanted[]): Promise<void> => {
    await make(folder, some).catch((thrown: unknown) => {
      // Without this one nothing can run: no other build is begun.
      lanes.clearQueue();
      throw thrown;
    });
  };
  await Promise.all([...byModule].map(async ([folder, some]) => await lanes(makeOrEnd, folder, some)));
}

/** Path of one server's binary: see `ensureServers`. */
export async function ensureServer(name: ServerName): Promise<string> {
  return (await ensureServers([name]))[name];
}

/** The same for a recipe of the caller's own. */
export async function ensureRecipe(name: string, recipe: Recipe): Promise<string> {
  const one = await wanted(name, recipe);
  await ensure([one]);
  return one.target;
}

/**
 * Paths of servers' binaries: of `$KUBEBUILDER_ASSETS` where it holds them, else of the cache, else built from source into
 * the cache. Building says what it does, how far it is and how long it took.
 */
export async function ensureServers<N extends ServerName>(names: readonly N[]): Promise<Record<N, string>> {
  const paths: Partial<Record<N, string>> = {};
  const others: Wanted[] = [];
  for (const name of names) {
    const asset = join(process.env.KUBEBUILDER_ASSETS ?? "", name);
    if (process.env.KUBEBUILDER_ASSETS !== undefined && existsSync(asset)) {
      paths[name] = asset;
      continue;
    }
    const one = await wanted(name, recipes[name]);
    paths[name] = one.target;
    others.push(one);
  }
  await ensure(others);
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
