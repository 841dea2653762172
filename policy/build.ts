// `npm run build:policy`: the pack and the readiness command as one file each, with nothing to resolve but the SDKs.
import { join } from "node:path";
import { build } from "esbuild";

const root = join(__dirname, "..");

void build({
  absWorkingDir: root,
  entryPoints: { index: "policy/index.ts", readiness: "cli/readiness/bin.ts" },
  outdir: "policy/dist",
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
