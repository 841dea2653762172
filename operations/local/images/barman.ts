import { createHash } from "node:crypto";
import { mkdir, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { cacheFolder, kept } from "../servers/cache.js";
import { treeOf, type ImageEntry } from "./archive.js";
import { packaged } from "./catalogue.js";
import { closureOf } from "./closure.js";

const PROGRAMS = "/usr/bin";
const PYTHON = join(PROGRAMS, "python3");
const PACKAGES = "/usr/lib/python3/dist-packages";

/** Of Debian's Python packages those that barman-cloud loads on its way to S3, as the start of their folders' names. */
const LOADED =
  /^(argcomplete|barman|boto3|botocore|certifi|chardet|charset_normalizer|dateutil|idna|jmespath|psycopg2|requests|s3transfer|six|urllib3)([-.]|$)/;

/** Parts of Python that no program here loads, and those of AWS's client that describe other services. */
const LEFT_OUT = "test idlelib tkinter lib2to3 ensurepip pydoc_data turtledemo config-3* __pycache__".split(" ");

/**
 * Python's library and barman's packages in a folder of the cache, compiled so that no file's time matters: in an image
 * they are read-only, and would otherwise be compiled at each start.
 */
async function pythonTree(library: string): Promise<string> {
  const packages = (await readdir(PACKAGES)).filter((name) => LOADED.test(name)).map((name) => join(PACKAGES, name));
  const sources = [library, ...packages];
  const hash = createHash("sha256").update(LEFT_OUT.join(" "));
  for (const source of sources) hash.update(`${source} ${(await stat(source)).mtimeMs}`);
  const target = join(cacheFolder(), "images", `barman-${hash.digest("hex").slice(0, 16)}`);
  return await kept(target, async (partial) => {
    await mkdir(partial, { recursive: true });
    await runCommand("cp", ["--archive", "--parents", ...sources, partial], { cwd: "/" });
    const unwanted = LEFT_OUT.flatMap((name) => ["-o", "-name", name]);
    await runCommand("find", [partial, "-type", "d", "(", "-false", ...unwanted, ")", "-exec", "rm", "-rf", "{}", "+"]);
    const services = join(partial, PACKAGES, "botocore", "data");
    await runCommand("find", [
      services,
      "-mindepth",
      "1",
      "-maxdepth",
      "1",
      "-type",
      "d",
      "-not",
      "-name",
      "s3",
      "-exec",
      "rm",
      "-rf",
      "{}",
      "+",
    ]);
    const compile = ["-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"];
    await runCommand(PYTHON, [...compile, "-s", partial, "-p", "/", partial]);
  });
}

/** Debian's barman-cloud with the Python that it needs: S3 only, no other cloud's client. */
export async function barman(): Promise<ImageEntry[]> {
  await packaged("barman-cli-cloud", "barman-cloud-backup", [PROGRAMS]);
  const version = (await realpath(PYTHON)).split("/").at(-1) ?? "";
  const tree = await pythonTree(join("/usr/lib", version));
  const modules = (await treeOf(tree)).map((entry) => ({ ...entry, path: entry.path.slice(tree.length) }));
  const own = modules.filter(({ path }) => path.endsWith(".so"));
  // The modules themselves are at their places already: their libraries are what is wanted.
  const loaded = (await closureOf([PYTHON, ...own.map(({ path }) => path)])).filter(
    ({ path }) => !path.startsWith("/usr/lib/python"),
  );
  const programs = (await readdir(PROGRAMS)).filter((name) => name.startsWith("barman-cloud-"));
  return [
    ...loaded,
    ...modules,
    ...programs.map((name) => ({ path: join(PROGRAMS, name), from: join(PROGRAMS, name) })),
  ];
}
