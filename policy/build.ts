// `npm run build:policy`: the pack and the readiness command, with nothing to resolve but the SDKs.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { stampOf } from "./compiled.js";

const root = join(__dirname, "..");
const dist = join(__dirname, "dist");

/** What the command loads only where it is asked for, a file each: manifests are judged before Node has read an SDK. */
const APART = [
  "cli/readiness/sources/stack.ts",
  "cli/readiness/sources/cluster.ts",
  "cli/readiness/formats/junit.ts",
  "cli/readiness/formats/sarif.ts",
  "cli/report/readiness-page.ts",
];

const apart: Plugin = {
  name: "apart",
  setup: (bundler) => {
    bundler.onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
      const source = relative(root, join(resolveDir, path)).replace(/\.js$/, ".ts");
      if (kind !== "dynamic-import" || !APART.includes(source)) return undefined;
      return { path: `./${basename(path)}`, external: true };
    });
  },
};

/**
 * commander starts other programs where a command is one; none of ours is, and what that needs takes Node a while. Its
 * other built-in modules are handed over as they are: esbuild would copy every property of each.
 */
const lazy: Plugin = {
  name: "lazy",
  setup: (bundler) => {
    bundler.onResolve({ filter: /^node:(child_process|fs|path|process)$/ }, ({ path, importer }) =>
      importer.includes("commander") ? { path, namespace: "lazy" } : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace: "lazy" }, ({ path }) => ({
      contents:
        path === "node:child_process"
          ? `export default { spawn: (...args) => require("${path}").spawn(...args) };`
          : `export default require("${path}");`,
    }));
  },
};

const options = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  minify: true,
  metafile: true,
  legalComments: "none",
  // What is loaded late is required, as everything else: a compiled script has no importer of its own.
  supported: { "dynamic-import": false },
  external: ["@pulumi/*", "@kubernetes/client-node"],
  logLevel: "warning",
} satisfies BuildOptions;

/** The project's own files that an output was made of, each with its time and size. */
function stampsOf({ inputs }: Metafile): Record<string, string | undefined> {
  const own = Object.keys(inputs).filter((path) => !/^(node_modules\/|lazy:)/.test(path));
  return Object.fromEntries([...own, "policy/build.ts", "package-lock.json"].map((path) => [path, stampOf(path)]));
}

/** Each by itself, and not with the others: what shares no file is stale alone. */
async function buildInto(outdir: string): Promise<void> {
  const entries = { index: "policy/index.ts", command: "cli/readiness/bin.ts" };
  const parts = Object.fromEntries(APART.map((source) => [basename(source, ".ts"), source]));
  for (const [name, source] of Object.entries({ ...entries, ...parts })) {
    // A stack trace of the pack must name functions.
    const how = name === "index" ? { keepNames: true } : { plugins: [apart, lazy] };
    const { metafile } = await build({ ...options, ...how, outdir, entryPoints: { [name]: source } });
    writeFileSync(join(outdir, `${name}.js.inputs`), JSON.stringify(stampsOf(metafile)));
  }
}

async function main(): Promise<void> {
  mkdirSync(dist, { recursive: true });
  // Apart, and moved file by file: a command that runs meanwhile reads whole files.
  const outdir = mkdtempSync(join(dist, "build-"));
  try {
    await buildInto(outdir);
    // A file's inputs come after it in the order of names.
    for (const file of readdirSync(outdir).sort()) renameSync(join(outdir, file), join(dist, file));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

void main();
