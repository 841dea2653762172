// `npm run build:policy`: the pack and the readiness command, with nothing to resolve but the SDKs.
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { build, type Plugin } from "esbuild";

const root = join(__dirname, "..");
const dist = join(__dirname, "dist");

/** What the command loads only where it is asked for, a file each: manifests are judged before Node has read an SDK. */
const APART = [
  "cli/readiness/sources/stack.ts",
  "cli/readiness/sources/cluster.ts",
  "cli/readiness/formats/junit.ts",
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

void build({
  absWorkingDir: root,
  entryPoints: {
    index: "policy/index.ts",
    command: "cli/readiness/bin.ts",
    ...Object.fromEntries(APART.map((source) => [basename(source, ".ts"), source])),
  },
  plugins: [apart],
  outdir: dist,
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  minify: true,
  // A stack trace of the pack must name functions.
  keepNames: true,
  legalComments: "none",
  external: ["@pulumi/*", "@kubernetes/client-node"],
  logLevel: "warning",
});

// Most of a short run is compiling: what Node compiled is kept between runs, among the system's temporary files.
mkdirSync(dist, { recursive: true });
writeFileSync(
  join(dist, "readiness.js"),
  `#!/usr/bin/env node\nrequire("node:module").enableCompileCache?.();\nrequire("./command.js");\n`,
  { mode: 0o755 },
);
