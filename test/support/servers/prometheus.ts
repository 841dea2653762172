import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { runCommand } from "../../../common/command.js";
import { freePorts, removeFolder, startProcess, temporaryFolder, type ServerProcess } from "./process.js";

/** A Prometheus that scrapes one target, four times a second where nothing else is said. */
export interface Prometheus {
  readonly url: string;
  readonly server: () => ServerProcess;
  /** The value of an instant query's first sample; `undefined` for an empty result. */
  readonly query: (query: string) => Promise<number | undefined>;
  /** Starts it again after its process was stopped, with the data that it had. */
  readonly restart: () => Promise<void>;
  /** Evaluates recording rules over the past (Unix seconds), and starts again with what they recorded. */
  readonly record: (rules: object, range: { readonly from: number; readonly to: number }) => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface QueryAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

export interface PrometheusOptions {
  /** Time between scrapes; default 250ms. */
  readonly scrapeInterval?: string;
  /** Time between evaluations of the rules; default 1s. */
  readonly evaluationInterval?: string;
  /** Labels of the target, which its series get; default job `agent`. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly externalLabels?: Readonly<Record<string, string>>;
  /** A rule file's content. */
  readonly rules?: object;
  /** Port of an Alertmanager on loopback. */
  readonly alertmanagerPort?: number;
  /** Series of the past as OpenMetrics text: they are there before it starts. */
  readonly history?: string;
}

/** The configuration file, and the files that it names. */
async function writeConfiguration(folder: string, port: number, options: PrometheusOptions): Promise<string> {
  const { scrapeInterval = "250ms", evaluationInterval = "1s", labels = {}, rules, alertmanagerPort } = options;
  const target = `127.0.0.1:${port}`;
  const configuration = {
    global: {
      scrape_interval: scrapeInterval,
      scrape_timeout: scrapeInterval,
      evaluation_interval: evaluationInterval,
      external_labels: options.externalLabels ?? {},
    },
    // What a target says of itself wins, as the platform's monitors have it.
    scrape_configs: [{ job_name: "agent", honor_labels: true, static_configs: [{ targets: [target], labels }] }],
    ...(rules === undefined ? {} : { rule_files: [join(folder, "rules.yml")] }),
    ...(alertmanagerPort === undefined
      ? {}
      : { alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] } }),
  };
  const file = join(folder, "prometheus.yml");
  await writeFile(file, stringify(configuration, { lineWidth: 0 }));
  if (rules !== undefined) await writeFile(join(folder, "rules.yml"), stringify(rules, { lineWidth: 0 }));
  return file;
}

/** Turns the history into blocks of the data base, as if it had been scraped. */
async function backfill(folder: string, history: string | undefined): Promise<void> {
  if (history === undefined) return;
  const file = join(folder, "history.txt");
  await writeFile(file, history);
  const blocks = ["tsdb", "create-blocks-from", "openmetrics", "--quiet", file, join(folder, "data")];
  await runCommand("promtool", blocks);
}

async function ask(url: string, query: string): Promise<number | undefined> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { status, error, data } = (await response.json()) as QueryAnswer;
  if (status !== "success") throw new Error(`Prometheus refused ${query}: ${error ?? ""}`);
  const sample = data?.result[0]?.value[1];
  return sample === undefined ? undefined : Number(sample);
}

/** Starts Prometheus on loopback against a target on the given port. */
export async function startPrometheus(
  program: string,
  targetPort: number,
  options: PrometheusOptions = {},
): Promise<Prometheus> {
  const folder = await temporaryFolder("prometheus");
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const file = await writeConfiguration(folder, targetPort, options);
  await backfill(folder, options.history);
  const start = async (): Promise<ServerProcess> => {
    const flags = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      "--storage.tsdb.retention.time=40d",
    ];
    const server = startProcess(program, [...flags, `--web.listen-address=127.0.0.1:${port}`, "--log.level=warn"], {
      folder,
      name: "prometheus",
    });
    await server.until("Prometheus to be ready", async () => ((await fetch(`${url}/-/ready`)).ok ? true : undefined));
    return server;
  };
  let server = await start();
  const restart = async (): Promise<void> => {
    server = await start();
  };
  return {
    url,
    server: () => server,
    query: (query) => ask(url, query),
    restart,
    record: async (rules, { from, to }) => {
      const recording = join(folder, "recording.yml");
      await writeFile(recording, stringify(rules, { lineWidth: 0 }));
      const range = [`--start=${from}`, `--end=${to}`, "--eval-interval=60s", `--output-dir=${join(folder, "data")}`];
      await runCommand("promtool", ["tsdb", "create-blocks-from", "rules", `--url=${url}`, ...range, recording]);
      await server.stop();
      await restart();
    },
    stop: async () => {
      await server.stop();
      await removeFolder(folder);
    },
  };
}
