import { renameSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { LocalRegion } from "../../../operations/local/region.js";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { watchObjects } from "../../support/servers/region/watch.js";

interface QueryAnswer {
  readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

/** The pods to scrape, with the labels that the platform's monitor takes from them: Debian's Prometheus knows no pods. */
class Targets {
  private readonly pods = new Map<string, KubeObject>();

  constructor(readonly file: string) {}

  async follow({ api }: LocalRegion, namespace: string): Promise<() => void> {
    this.write();
    return await watchObjects(api, { apiVersion: "v1", kind: "Pod", namespace }, ({ object, deleted }) => {
      if (object.metadata.labels?.app !== "agent-memory") return;
      if (deleted) this.pods.delete(`${namespace}/${object.metadata.name}`);
      else this.pods.set(`${namespace}/${object.metadata.name}`, object);
      this.write();
    });
  }

  private write(): void {
    const found = [...this.pods.values()].flatMap(({ metadata, status }) => {
      const { podIP } = (status ?? {}) as { podIP?: string };
      const { name: pod, namespace = "", labels: { version = "" } = {} } = metadata;
      const labels = { namespace, pod, version };
      return podIP === undefined ? [] : [{ targets: [`${podIP}:8080`], labels }];
    });
    // Whole at once, or Prometheus could read a part.
    writeFileSync(`${this.file}.next`, JSON.stringify(found));
    renameSync(`${this.file}.next`, this.file);
  }
}

let started = 0;

/** A Prometheus in the region that scrapes the agent's pods in some namespaces as the platform's monitor does. */
export class PodMetrics {
  private constructor(
    private readonly region: LocalRegion,
    readonly url: string,
    private readonly end: () => Promise<void>,
  ) {}

  static async start(region: LocalRegion, program: string, ...namespaces: string[]): Promise<PodMetrics> {
    const { space, address } = region.controlPlane.place;
    const name = `prometheus-${namespaces.join("-")}`;
    const folder = join(space.folder, name);
    await mkdir(folder, { recursive: true });
    const targets = new Targets(join(folder, "targets.json"));
    const watches = await Promise.all(namespaces.map((namespace) => targets.follow(region, namespace)));
    const configuration = {
      global: { scrape_interval: "250ms", scrape_timeout: "250ms" },
      scrape_configs: [{ job_name: "agent", honor_labels: true, file_sd_configs: [{ files: [targets.file] }] }],
    };
    const file = join(folder, "prometheus.yml");
    await writeFile(file, stringify(configuration, { lineWidth: 0 }));
    const listen = `${address}:${9100 + (started += 1)}`;
    const flags = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, "data")}`, "--log.level=warn"];
    const server = await space.start(program, [...flags, `--web.listen-address=${listen}`], { name });
    const metrics = new PodMetrics(region, `http://${listen}`, async () => {
      for (const end of watches) end();
      await server.stop();
    });
    await server.until("Prometheus to be ready", async () => {
      await metrics.get("/-/ready");
      return true;
    });
    return metrics;
  }

  private async get(path: string): Promise<string> {
    return await this.region.controlPlane.place.space.get(`${this.url}${path}`);
  }

  /** The value of an instant query's first sample; `undefined` for an empty result. */
  async query(query: string): Promise<number | undefined> {
    const answer = JSON.parse(await this.get(`/api/v1/query?query=${encodeURIComponent(query)}`)) as QueryAnswer;
    const sample = answer.data?.result[0]?.value[1];
    return sample === undefined ? undefined : Number(sample);
  }

  async stop(): Promise<void> {
    await this.end();
  }
}
