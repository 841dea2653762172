import { strict as assert } from "node:assert";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { poll } from "../../../common/poll.js";
import { exporters } from "../../../components/observability/exporters.js";
import { moduleFolder } from "../../../operations/local/servers/ensure.js";
import { rolloutsController } from "../../support/servers/rollouts.js";
import { twoRegions } from "../cluster.js";

type Module = Parameters<typeof moduleFolder>[0];

/** The Go files of a folder of a module's pinned release, in one. */
async function sourceOf(module: Module, ...folder: readonly string[]): Promise<string> {
  const path = join(await moduleFolder(module), ...folder);
  const files = (await readdir(path)).filter((name) => name.endsWith(".go") && !name.endsWith("_test.go"));
  return (await Promise.all(files.map((name) => readFile(join(path, name), "utf8")))).join("\n");
}

const literals = (source: string): string[] =>
  [...source.matchAll(/"([a-zA-Z_:][\w:.-]*)"/g)].map(([, name = ""]) => name);

/** CloudNativePG's own collector, the queries that it brings, and the plugin's metrics: names put together as they do. */
async function postgresMetrics(): Promise<string[]> {
  const operator = await moduleFolder("github.com/cloudnative-pg/cloudnative-pg");
  const bundled = parse(await readFile(join(operator, "config", "manager", "default-monitoring.yaml"), "utf8")) as {
    data: { queries: string };
  };
  const queries = parse(bundled.data.queries) as Record<string, { metrics: Record<string, unknown>[] }>;
  const collector = await sourceOf(
    "github.com/cloudnative-pg/cloudnative-pg",
    ...["pkg", "management", "postgres", "webserver", "metricserver"],
  );
  const barman: Module = "github.com/cloudnative-pg/plugin-barman-cloud";
  const constants = await sourceOf(barman, "internal", "cnpgi", "metadata");
  const domain = (/PluginName = "([^"]+)"/.exec(constants)?.[1] ?? "").replaceAll(/[.-]/g, "_");
  return [
    ...Object.entries(queries).flatMap(([query, { metrics }]) =>
      metrics.flatMap((metric) => Object.keys(metric).map((name) => `cnpg_${query}_${name}`)),
    ),
    ...literals(collector).map((name) => `cnpg_collector_${name}`),
    ...literals(await sourceOf(barman, "internal", "cnpgi", "instance")).map((name) => `${domain}_${name}`),
  ];
}

/**
 * What each exporter can export, by the source of the release. The agent's own, the blackbox exporter's and
 * kube-state-metrics' are scraped, in the operations suite and beside this file.
 */
const known: Readonly<Record<string, () => Promise<string[]>>> = {
  kubelet: async () => [
    ...literals(await sourceOf("k8s.io/kubernetes", "pkg", "kubelet", "metrics")).map((name) => `kubelet_${name}`),
    ...literals(await sourceOf("github.com/google/cadvisor", "metrics")),
  ],
  postgres: postgresMetrics,
  "cert-manager": async () =>
    literals(await sourceOf("github.com/cert-manager/cert-manager", "internal", "collectors")),
};

describe("the metrics that alerts and dashboards read", function () {
  this.timeout(300_000);

  for (const [job, names] of Object.entries(known)) {
    it(`of ${job} are in the source of its release`, async () => {
      const own = exporters.find((exporter) => exporter.job === job)?.metrics ?? [];
      assert.ok(own.length > 0);
      const there = new Set(await names());
      assert.deepEqual(
        own.filter((metric) => !there.has(metric)),
        [],
      );
      assert.ok(!there.has(`${own[0]}_misspelt`));
    });
  }

  it("of argo-rollouts are what its controller exports of a Rollout", async function () {
    this.timeout(900_000);
    const { primary } = await twoRegions();
    const controller = await rolloutsController(primary);
    const namespace = "exported";
    const labels = { app: "exported" };
    const pod = { metadata: { labels }, spec: { containers: [{ name: "main", image: "example/main:1" }] } };
    const spec = { replicas: 1, selector: { matchLabels: labels }, template: pod, strategy: { canary: {} } };
    await primary.api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await primary.api.apply({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      metadata: { name: "exported", namespace },
      spec,
    });
    const wanted = exporters.find(({ job }) => job === "argo-rollouts")?.metrics ?? [];
    await poll(
      async () => {
        const text = await controller.metrics();
        return wanted.every((metric) => text.includes(`\n${metric}{`)) ? true : undefined;
      },
      { what: `the controller to export ${wanted.join(", ")}`, timeoutMs: 60_000, intervalMs: 250 },
    );
    await primary.api.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  });

  it("are all accounted for: no exporter of the list is left out", () => {
    const elsewhere = ["agent", "argo-rollouts", "kube-state-metrics", "probes", "prometheus"];
    assert.deepEqual(
      exporters.map(({ job }) => job).filter((job) => !(job in known) && !elsewhere.includes(job)),
      [],
    );
  });
});
