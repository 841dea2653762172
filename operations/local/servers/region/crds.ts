import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { PlatformError } from "../../../../common/errors.js";
import { poll } from "../../../../common/poll.js";
import { moduleFolder } from "../ensure.js";
import type { KubeApi, KubeObject } from "./api.js";

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

// The operator's own kinds (Prometheus, Alertmanager and so on) are large, and none of the platform's objects.
const MONITORING = ["servicemonitors", "podmonitors", "prometheusrules", "probes"];
const POSTGRES = ["clusters", "backups", "scheduledbackups"];

async function readYaml(path: string): Promise<KubeObject[]> {
  const objects = loadAll(await readFile(path, "utf8")) as (KubeObject | null)[];
  return objects.filter((object) => object?.kind === "CustomResourceDefinition") as KubeObject[];
}

async function readFolder(folder: string): Promise<KubeObject[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".yaml")).sort();
  return (await Promise.all(files.map((file) => readYaml(join(folder, file))))).flat();
}

/** Every definition that the rendered objects need and do not bring, from the pinned modules of the projects that own them. */
export async function readDefinitions(): Promise<readonly KubeObject[]> {
  const [argo, istio, certManager, prometheus, postgres, barman] = await Promise.all([
    moduleFolder("github.com/argoproj/argo-rollouts"),
    moduleFolder("istio.io/api"),
    moduleFolder("github.com/cert-manager/cert-manager"),
    moduleFolder("github.com/prometheus-operator/prometheus-operator"),
    moduleFolder("github.com/cloudnative-pg/cloudnative-pg"),
    moduleFolder("github.com/cloudnative-pg/plugin-barman-cloud"),
  ]);
  const crds = await Promise.all([
    readFolder(join(argo, "manifests", "crds")),
    readYaml(join(istio, "kubernetes", "customresourcedefinitions.gen.yaml")),
    readFolder(join(certManager, "deploy", "crds")),
    ...MONITORING.map((kind) =>
      readYaml(join(prometheus, "example", "prometheus-operator-crd", `monitoring.coreos.com_${kind}.yaml`)),
    ),
    ...POSTGRES.map((kind) => readYaml(join(postgres, "config", "crd", "bases", `postgresql.cnpg.io_${kind}.yaml`))),
    readFolder(join(barman, "config", "crd", "bases")),
  ]);
  return crds.flat();
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

/** Creates a definition; again where the API server gave no answer in time, which may have created it all the same. */
async function create(api: KubeApi, body: KubeObject): Promise<void> {
  const { status, body: answer } = await poll(async () => await api.ask("POST", CRDS, { body }), {
    what: `the definition ${body.metadata.name} to be created`,
    timeoutMs: 120_000,
  });
  if (status < 300 || status === 409) return;
  const { message } = answer as { readonly message?: string };
  throw new PlatformError(`the definition ${body.metadata.name} was refused (${status}): ${message ?? ""}`);
}

/** Installs the definitions and waits until the API server serves every one of them. */
export async function installDefinitions(api: KubeApi, crds: readonly KubeObject[]): Promise<void> {
  await Promise.all(crds.map(async (body) => await create(api, body)));
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
