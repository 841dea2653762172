// `node scripts/start.js examples/agent-memory-service/build.ts [FILE]`: the service as one file for plain Node 24.
import { join } from "node:path";
import { build } from "esbuild";

/** Bundles the service with all its libraries; answers the file. */
export async function buildService(file = join(__dirname, "dist", "agent-memory-service.js")): Promise<string> {
  await build({
    entryPoints: [join(__dirname, "src", "main.ts")],
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    minifySyntax: true,
    keepNames: true,
    legalComments: "none",
    loader: { ".proto": "text" },
    // Optional drivers that are asked for and never used.
    external: ["pg-native", "pg-cloudflare"],
    logLevel: "warning",
  });
  return file;
}

if (require.main === module) {
  void buildService(process.argv[2]).then((file) => process.stdout.write(`${file}\n`));
}
