import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { cacheFolder, kept, say } from "../../../operations/local/servers/cache.js";

/** The package that carries OASIS' schema as a file. Its code is old, so that it is no dependency: only the file is taken. */
const PACKAGE = "@microsoft/jest-sarif@1.0.0-beta.0";
const FILE = "package/lib/schemas/sarif-2.1.0-rtm.5.json";
const SHA256 = "2d99159ae54a3eea97f81781cff48780548657c35949f4b7f25e99a2ba4de4f8";

/** The JSON Schema of SARIF 2.1.0, got into the cache on first use and held to its digest. */
export async function sarifSchema(): Promise<object> {
  const target = join(cacheFolder(), "data", "sarif-2.1.0-rtm.5.json");
  await kept(target, download);
  const text = readFileSync(target);
  const digest = createHash("sha256").update(text).digest("hex");
  if (digest !== SHA256) throw new Error(`${target} is not the schema that is pinned: delete it`);
  const schema = JSON.parse(text.toString("utf8")) as Record<string, unknown>;
  // Draft 4 says `id`; of its differences to later drafts the schema uses no other.
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema" && key !== "id"));
}

async function download(target: string): Promise<void> {
  say("getting the schema of SARIF 2.1.0");
  const folder = mkdtempSync(join(tmpdir(), "sarif-schema-"));
  try {
    const { stdout } = await runCommand("npm", ["pack", PACKAGE, "--silent", "--pack-destination", folder], {
      cwd: folder,
    });
    await runCommand("tar", ["-xzf", join(folder, stdout.trim().split("\n").at(-1) ?? ""), "-C", folder, FILE]);
    await copyFile(join(folder, FILE), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
