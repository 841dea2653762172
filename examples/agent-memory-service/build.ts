// `node scripts/start.js examples/agent-memory-service/build.ts [FILE]`: the service as one file for plain Node 24.
import { join } from "node:path";
import { build, type BuildOptions } from "esbuild";

/** Bundles a program with all its libraries into one file for plain Node 24. */
export async function bundleForNode(entry: string, file: string, more: BuildOptions = {}): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    minifySyntax: true,
    keepNames: true,
    legalComments: "none",
    logLevel: "warning",
    ...more,
  });
}

/** Bundles the service; answers the file. */
export async function buildService(file = join(__dirname, "dist", "agent-memory-service.js")): Promise<string> {
  await bundleForNode(join(__dirname, "src", "main.ts"), file, {
    loader: { ".proto": "text" },
    // Optional drivers that are asked for and never used.
    external: ["pg-native", "pg-cloudflare"],
  });
  return file;
}

if (require.main === module) {
  void buildService(process.argv[2]).then((file) => process.stdout.write(`${file}\n`));
}
