import { readFileSync } from "node:fs";
import { runCommand } from "../../../common/command.js";
import { skip } from "../../support/counts.js";

/**
 * Skips the calling suite, with its reason, where the Pulumi CLI or one of the providers' plugins is not installed.
 * Plugins are not downloaded here: a test run changes nothing outside its own folder.
 */
export async function requireEngine(context: Mocha.Context, plugins: readonly string[]): Promise<void> {
  const installed = await installedPlugins();
  if (installed === undefined) skip(context, "the engine suite needs the Pulumi CLI on PATH");
  const missing = plugins.filter((plugin) => !installed.includes(plugin));
  if (missing.length > 0) {
    skip(context, `the engine suite needs the Pulumi plugins ${missing.join(", ")} (\`pulumi plugin install\`)`);
  }
}

/** Names of the resource plugins that the CLI can launch, or `undefined` where there is no CLI. */
export async function installedPlugins(): Promise<readonly string[] | undefined> {
  return (await listPlugins())?.map(({ name }) => name);
}

/** Version that the program's SDK of a package asks for, and whether the CLI has the plugin of just that version. */
export async function installedProvider(name: string): Promise<{ version: string; installed: boolean }> {
  const version = sdkVersion(name);
  const plugins = (await listPlugins()) ?? [];
  return { version, installed: plugins.some((plugin) => plugin.name === name && plugin.version === version) };
}

/** The version that the program's SDK of a package asks of its plugin. */
export function sdkVersion(name: string): string {
  const manifest = readFileSync(require.resolve(`@pulumi/${name}/package.json`), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

async function listPlugins(): Promise<readonly { readonly name: string; readonly version: string }[] | undefined> {
  const found = await runCommand("pulumi", ["plugin", "ls", "--json"]).catch(() => undefined);
  if (found === undefined) return undefined;
  const plugins = JSON.parse(found.stdout) as { name: string; kind: string; version: string }[];
  return plugins.filter(({ kind }) => kind === "resource");
}
