import type { ImageSpec } from "../../operations/local/images/archive.js";
import { usersFile } from "../../operations/local/images/catalogue.js";
import { keptBundle, NODE, nodeEntries } from "./bundle.js";

const FILE = "/app/agent-memory-service.js";

/** The reference service as its Dockerfile makes it: one file, and this Node. */
export async function serviceImage(names: readonly string[]): Promise<ImageSpec> {
  // Its bundler is a development dependency, which only whoever runs it here needs.
  const { buildService } = await import("../../examples/agent-memory-service/build.js");
  const bundle = await keptBundle("agent-memory-service", buildService);
  return {
    names,
    entries: [...(await nodeEntries()), { path: FILE, from: bundle, mode: 0o644 }, usersFile],
    entrypoint: [NODE, FILE],
    env: { NODE_ENV: "production" },
  };
}
