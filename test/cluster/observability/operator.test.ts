import { strict as assert } from "node:assert";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { load, loadAll } from "js-yaml";
import { parse, stringify } from "yaml";
import { runCommand } from "../../../common/command.js";
import { poll } from "../../../common/poll.js";
import { prometheusValues } from "../../../components/addons/prometheus.js";
import type { ClusterTarget } from "../../../components/clusters/cluster.js";
import { ensureServer, moduleFolder } from "../../../operations/local/servers/ensure.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { awaitServed } from "../../../operations/local/servers/region/crds.js";
import { needPromtool } from "../../support/promtool.js";
import { freePorts, startProcess, type ServerProcess } from "../../support/servers/process.js";
import type { Region } from "../../support/servers/region/region.js";
import { stackConfig } from "../../support/stack-config.js";
import { twoRegions } from "../cluster.js";
import { applyAll } from "../objects/apply.js";
import { groupOf, renderStack } from "../objects/render.js";

const GROUP = "monitoring.coreos.com";
const namespace = "watched";
const metadata = { name: "platform", namespace };
const storageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: namespace },
  provisioner: "kubernetes.io/no-provisioner",
};

interface ScrapeConfig {
  readonly job_name: string;
  readonly scrape_interval: string;
  readonly relabel_configs: readonly { readonly target_label?: string; readonly replacement?: string }[];
}

/** The object that the chart would make of the platform's values, with everything selected. */
function prometheusObject(): KubeObject {
  const cluster = { key: "us-east-1", region: "us-east-1", storageClass: namespace } as ClusterTarget;
  const { prometheus } = prometheusValues({ cluster, config: stackConfig() });
  const { storageSpec: storage, ...values } = prometheus.prometheusSpec;
  const spec = Object.entries({ ...values, storage }).filter(([key]) => !key.endsWith("NilUsesHelmValues"));
  const everything = ["serviceMonitor", "podMonitor", "probe", "rule"].flatMap((kind) => [
    [`${kind}Selector`, {}],
    [`${kind}NamespaceSelector`, {}],
  ]);
  return {
    apiVersion: `${GROUP}/v1`,
    kind: "Prometheus",
    metadata,
    // The version whose promtool checks what comes out.
    spec: { ...Object.fromEntries([...spec, ...everything]), version: "v2.42.0", replicas: 1 },
  };
}

describe("the Prometheus operator on a real API server", function () {
  this.timeout(180_000);
  let region: Region;
  let operator: ServerProcess | undefined;
  let definition: KubeObject | undefined;
  let objects: readonly KubeObject[] = [];

  before(async function () {
    this.timeout(900_000);
    await needPromtool(this);
    const program = await ensureServer("prometheus-operator");
    ({ primary: region } = await twoRegions());
    const source = await moduleFolder("github.com/prometheus-operator/prometheus-operator");
    const file = join(source, "example", "prometheus-operator-crd", `${GROUP}_prometheuses.yaml`);
    [definition] = loadAll(await readFile(file, "utf8")) as KubeObject[];
    assert.ok(definition);
    await region.api.apply(definition);
    await awaitServed(region.api, [definition]);
    const [rendered] = await renderStack("production");
    objects = (rendered?.objects ?? [])
      .filter((object) => groupOf(object) === GROUP)
      .map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
    await region.api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    // The operator asks whether the volumes' class is there.
    await region.api.apply(storageClass);
    const [port = 0] = await freePorts(1);
    operator = startProcess(program, [`--web.listen-address=127.0.0.1:${port}`, `--namespaces=${namespace}`], {
      folder: region.folder,
      name: "prometheus-operator",
      env: { KUBECONFIG: region.kubeconfigFile },
    });
  });

  after(async () => {
    await operator?.stop();
    if (!definition) return;
    await region.api.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await region.api.remove(definition);
    await region.api.remove(storageClass);
  });

  const read = async (kind: "Secret" | "ConfigMap", name: string): Promise<KubeObject> =>
    await poll(
      async () => {
        const { status, body } = await region.api.ask(
          "GET",
          await region.api.pathOf({ apiVersion: "v1", kind, metadata: { name, namespace } }),
        );
        return status === 200 ? body : undefined;
      },
      { what: `the operator to write ${kind} ${name}`, timeoutMs: 90_000, intervalMs: 250 },
    );

  it("makes of every monitor, probe and rule of the platform a configuration that promtool accepts", async () => {
    assert.deepEqual(await applyAll(region.api, [...objects, prometheusObject()]), []);
    const monitors = objects.filter(({ kind }) => kind === "PodMonitor" || kind === "Probe");
    assert.ok(monitors.length > 10);
    const jobs = await poll(
      async () => {
        const { data } = (await read("Secret", "prometheus-platform")) as { data?: Record<string, string> };
        const packed = Buffer.from(data?.["prometheus.yaml.gz"] ?? "", "base64");
        const text = packed.length === 0 ? "" : gunzipSync(packed).toString();
        const { scrape_configs = [] } = (parse(text) ?? {}) as { scrape_configs?: ScrapeConfig[] };
        return scrape_configs.length >= monitors.length ? { text, scrape_configs } : undefined;
      },
      { what: "all monitors to be in the configuration", timeoutMs: 90_000, intervalMs: 500 },
    );
    const written = jobs.scrape_configs.map(({ job_name }) => job_name).sort();
    const named = monitors.map(({ kind, metadata: { name } }) =>
      kind === "Probe" ? `probe/${namespace}/${name}` : `podMonitor/${namespace}/${name}/0`,
    );
    assert.deepEqual(written, named.sort());
    const agent = jobs.scrape_configs.find(({ job_name }) => job_name === `podMonitor/${namespace}/agent/0`);
    assert.equal(agent?.scrape_interval, "15s");
    const relabelled = agent.relabel_configs.filter(({ target_label }) => target_label === "job").at(-1);
    assert.equal(relabelled?.replacement, "agent");

    const folder = join(region.folder, "operated");
    await mkdir(join(folder, "rules"), { recursive: true });
    const { data: files } = (await read("ConfigMap", "prometheus-platform-rulefiles-0")) as {
      data?: Record<string, string>;
    };
    for (const [name, text] of Object.entries(files ?? {})) await writeFile(join(folder, "rules", name), text);
    const own = parse(
      jobs.text.replaceAll("/etc/prometheus/rules/prometheus-platform-rulefiles-0", `${folder}/rules`),
    ) as { scrape_configs: Record<string, unknown>[] };
    for (const config of own.scrape_configs) {
      const isProbe = String(config.job_name).startsWith("probe/");
      assert.equal("kubernetes_sd_configs" in config, !isProbe, String(config.job_name));
      // Debian builds Prometheus without Kubernetes' discovery.
      Reflect.deleteProperty(config, "kubernetes_sd_configs");
    }
    await writeFile(join(folder, "prometheus.yaml"), stringify(own, { lineWidth: 0 }));
    const { stdout } = await runCommand("promtool", ["check", "config", join(folder, "prometheus.yaml")]);
    const rules = objects.filter(({ kind }) => kind === "PrometheusRule");
    const count = rules
      .flatMap(({ spec }) => (spec as { groups: { rules: unknown[] }[] }).groups)
      .reduce((sum, group) => sum + group.rules.length, 0);
    assert.match(stdout, new RegExp(`SUCCESS: ${count} rules found`));
    process.stdout.write(`      ${written.length} scrape configurations and ${count} rules written by the operator\n`);
  });

  it("leaves out a rule that Prometheus would refuse, and says so", async () => {
    const spec = { groups: [{ name: "broken", rules: [{ alert: "Broken", expr: "sum(((" }] }] };
    const broken = { apiVersion: `${GROUP}/v1`, kind: "PrometheusRule", metadata: { name: "broken", namespace }, spec };
    assert.deepEqual(await applyAll(region.api, [broken]), []);
    await poll(
      async () => {
        const events = await region.api.list("v1", "Event", { namespace });
        return events.some((event) => (event.involvedObject as { name?: string }).name === "broken") ? true : undefined;
      },
      { what: "an event about the broken rule", timeoutMs: 60_000, intervalMs: 500 },
    );
    const { data } = (await read("ConfigMap", "prometheus-platform-rulefiles-0")) as { data?: Record<string, string> };
    assert.ok(!Object.values(data ?? {}).some((text) => JSON.stringify(load(text)).includes("Broken")));
  });
});
