import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { packaged } from "../../operations/local/images/catalogue.js";
import type { LocalRegion } from "../../operations/local/region.js";
import { ensureServer } from "../../operations/local/servers/ensure.js";

const PORT = 9090;

/** Scrapes every pod that asks for it, and gives each series its pod's version, as the platform's monitors do. */
function scrapes(kubeconfig: string): object {
  const label = (name: string): string => `__meta_kubernetes_pod_${name}`;
  const relabel = [
    { source_labels: [label("annotation_prometheus_io_scrape")], regex: "true", action: "keep" },
    {
      source_labels: [label("ip"), label("annotation_prometheus_io_port")],
      separator: ":",
      target_label: "__address__",
    },
    { source_labels: [label("label_version")], target_label: "version" },
    { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
    { source_labels: [label("name")], target_label: "pod" },
  ];
  return {
    job_name: "pods",
    kubernetes_sd_configs: [{ role: "pod", kubeconfig_file: kubeconfig }],
    relabel_configs: relabel,
  };
}

/** Debian's Prometheus beside the region's control plane, from where it reaches every pod. Gives its address. */
export async function startRealPrometheus({ controlPlane }: LocalRegion): Promise<string> {
  const { place } = controlPlane;
  const program = await packaged("prometheus", "prometheus");
  const config = {
    global: { scrape_interval: "500ms", scrape_timeout: "500ms" },
    scrape_configs: [scrapes(await controlPlane.kubeconfigFor("admin"))],
  };
  const file = join(place.space.folder, "prometheus.yaml");
  await writeFile(file, stringify(config));
  const data = join(place.space.folder, "prometheus");
  const flags = [`--config.file=${file}`, `--storage.tsdb.path=${data}`, `--web.listen-address=0.0.0.0:${PORT}`];
  const prometheus = await place.space.start(program, flags, { name: "prometheus" });
  await prometheus.until("Prometheus to be ready", async () => {
    await place.space.run("busybox", ["wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${PORT}/-/ready`]);
    return true;
  });
  return `http://${place.address}:${PORT}`;
}

/** The real rollouts controller beside the region's control plane. */
export async function startRealController({ controlPlane }: LocalRegion): Promise<void> {
  const program = await ensureServer("rollouts-controller");
  const { space } = controlPlane.place;
  const flags = {
    kubeconfig: await controlPlane.kubeconfigFor("admin"),
    metricsPort: 8090,
    healthzPort: 8091,
    "leader-elect": false,
    loglevel: "warn",
  };
  const args = Object.entries(flags).map(([key, value]) => `--${key}=${value}`);
  const controller = await space.start(program, args, { name: "rollouts-controller" });
  await controller.until("the rollouts controller to be ready", async () => {
    await space.run("busybox", ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8091/healthz"]);
    return true;
  });
}
