import { mkdir, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { output, type Input } from "@pulumi/pulumi";
import { vectorStatefulSetSpec } from "../../../components/data/vector-workload.js";
import { startWeaviate, type ScratchWeaviate } from "../../../operations/backup/vector/scratch.js";
import type { WeaviateSource } from "../../../operations/backup/vector/weaviate.js";
import { ensureServer } from "../../../operations/local/servers/ensure.js";

/** Puts the built server on PATH under the name by which the operations look for it. */
export async function weaviateOnPath(folder: string): Promise<void> {
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  await symlink(await ensureServer("weaviate-server"), join(bin, "weaviate-server"));
  process.env.PATH = [bin, process.env.PATH].join(delimiter);
}

async function plain(value: Input<string>): Promise<string> {
  return await new Promise((resolve) => void output(value).apply(resolve));
}

/** The environment that the platform renders for Weaviate's pods, with the key that their Secret would hold. */
export async function renderedEnvironment(
  args: Parameters<typeof vectorStatefulSetSpec>[0],
  apiKey: string,
): Promise<Record<string, string>> {
  const spec = vectorStatefulSetSpec(args) as {
    template: { spec: { containers: { env: { name: string; value?: Input<string> }[] }[] } };
  };
  const env: Record<string, string> = { AUTHENTICATION_APIKEY_ALLOWED_KEYS: apiKey };
  for (const { name, value } of spec.template.spec.containers[0]?.env ?? []) {
    if (value !== undefined) env[name] = await plain(value);
  }
  return env;
}

/** Three instances, as in production. */
export async function startTestWeaviate(
  at: string,
  env: Readonly<Record<string, string>>,
  source: Omit<WeaviateSource, "url">,
): Promise<ScratchWeaviate> {
  return await startWeaviate(["vector-0", "vector-1", "vector-2"], { at, env, source });
}

/** Calls Weaviate as a client of the agent's would. */
export async function callWeaviate(source: WeaviateSource, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(new URL(path, source.url), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${source.apiKey ?? ""}` },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return await answer.json();
}
