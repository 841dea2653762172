import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { poll } from "../../../../common/poll.js";
import { moduleFolder } from "../ensure.js";
import type { KubeApi, KubeObject } from "./api.js";

/**
 * Folder of the CloudNativePG and barman-cloud definitions, which no package registry serves: `$AGENT_PLATFORM_CRDS`, or
 * one beside the project's folder.
 */
export const cnpgDefinitions =
  process.env.AGENT_PLATFORM_CRDS ?? join(__dirname, "..", "..", "..", "..", "..", "shared", "crds");

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

// The operator's own kinds (Prometheus, Alertmanager and so on) are large, and none of the platform's objects.
const MONITORING = ["servicemonitors", "podmonitors", "prometheusrules", "probes"];

export interface Definitions {
  readonly crds: readonly KubeObject[];
  /** API groups whose definitions could not be had here, with the reason. */
  readonly missing: readonly { readonly group: string; readonly reason: string }[];
}

async function readYaml(path: string): Promise<KubeObject[]> {
  const objects = loadAll(await readFile(path, "utf8")) as (KubeObject | null)[];
  return objects.filter((object) => object?.kind === "CustomResourceDefinition") as KubeObject[];
}

async function readFolder(folder: string): Promise<KubeObject[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".yaml")).sort();
  return (await Promise.all(files.map((file) => readYaml(join(folder, file))))).flat();
}

/** Every definition that the rendered objects need and do not bring, from the pinned modules of the projects that own them. */
export async function readDefinitions(): Promise<Definitions> {
  const [argo, istio, certManager, prometheus] = await Promise.all([
    moduleFolder("github.com/argoproj/argo-rollouts"),
    moduleFolder("istio.io/api"),
    moduleFolder("github.com/cert-manager/cert-manager"),
    moduleFolder("github.com/prometheus-operator/prometheus-operator"),
  ]);
  const crds = await Promise.all([
    readFolder(join(argo, "manifests", "crds")),
    readYaml(join(istio, "kubernetes", "customresourcedefinitions.gen.yaml")),
    readFolder(join(certManager, "deploy", "crds")),
    ...MONITORING.map((kind) =>
      readYaml(join(prometheus, "example", "prometheus-operator-crd", `monitoring.coreos.com_${kind}.yaml`)),
    ),
  ]);
  if (existsSync(cnpgDefinitions))
    return { crds: [...crds.flat(), ...(await readFolder(cnpgDefinitions))], missing: [] };
  const reason = `${cnpgDefinitions} is absent, and no package registry serves these definitions (set AGENT_PLATFORM_CRDS)`;
  const missing = ["postgresql.cnpg.io", "barmancloud.cnpg.io"].map((group) => ({ group, reason }));
  return { crds: crds.flat(), missing };
}

interface DefinitionSpec {
  readonly group: string;
  readonly names: { readonly plural: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}

/** Whether the API server serves every version of the definitions; asked of its discovery, which is cheap. */
async function areServed(api: KubeApi, crds: readonly KubeObject[]): Promise<boolean> {
  const wanted = new Map<string, string[]>();
  for (const { spec } of crds) {
    const { group, names, versions } = spec as DefinitionSpec;
    for (const { name } of versions.filter(({ served }) => served)) {
      const path = `/apis/${group}/${name}`;
      wanted.set(path, [...(wanted.get(path) ?? []), names.plural]);
    }
  }
  for (const [path, plurals] of wanted) {
    const { status, body } = await api.ask<{ resources?: { name: string }[] }>("GET", path);
    const served = new Set(body.resources?.map(({ name }) => name));
    if (status !== 200 || !plurals.every((plural) => served.has(plural))) return false;
  }
  return true;
}

/** Installs the definitions and waits until the API server serves every one of them. */
export async function installDefinitions(api: KubeApi, { crds }: Definitions): Promise<void> {
  await Promise.all(crds.map((body) => api.must("POST", CRDS, { body })));
  await awaitServed(api, crds);
}

/** Waits until the API server serves the definitions. */
export async function awaitServed(api: KubeApi, crds: readonly KubeObject[]): Promise<void> {
  await poll(async () => ((await areServed(api, crds)) ? true : undefined), {
    what: "the custom resource definitions to be served",
    intervalMs: 500,
    timeoutMs: 120_000,
  });
}
