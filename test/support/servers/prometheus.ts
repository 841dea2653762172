import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { freePorts, removeFolder, startProcess, temporaryFolder, type ServerProcess } from "./process.js";

/** A Prometheus that scrapes one target four times a second. */
export interface Prometheus {
  readonly url: string;
  readonly server: () => ServerProcess;
  /** The value of an instant query's first sample; `undefined` for an empty result. */
  readonly query: (query: string) => Promise<number | undefined>;
  /** Starts it again after its process was stopped, with the data that it had. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface QueryAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

const SCRAPE_INTERVAL = "250ms";

async function ask(url: string, query: string): Promise<number | undefined> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { status, error, data } = (await response.json()) as QueryAnswer;
  if (status !== "success") throw new Error(`Prometheus refused ${query}: ${error ?? ""}`);
  const sample = data?.result[0]?.value[1];
  return sample === undefined ? undefined : Number(sample);
}

/** Starts Prometheus on loopback against a target on the given port. */
export async function startPrometheus(program: string, targetPort: number): Promise<Prometheus> {
  const folder = await temporaryFolder("prometheus");
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const configuration = {
    global: { scrape_interval: SCRAPE_INTERVAL, scrape_timeout: SCRAPE_INTERVAL, evaluation_interval: "1s" },
    scrape_configs: [{ job_name: "agent", static_configs: [{ targets: [`127.0.0.1:${targetPort}`] }] }],
  };
  const file = join(folder, "prometheus.yml");
  await writeFile(file, stringify(configuration));
  const start = async (): Promise<ServerProcess> => {
    const flags = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, "data")}`];
    const server = startProcess(program, [...flags, `--web.listen-address=127.0.0.1:${port}`, "--log.level=warn"], {
      folder,
      name: "prometheus",
    });
    await server.until("Prometheus to be ready", async () => ((await fetch(`${url}/-/ready`)).ok ? true : undefined));
    return server;
  };
  let server = await start();
  return {
    url,
    server: () => server,
    query: (query) => ask(url, query),
    restart: async () => {
      server = await start();
    },
    stop: async () => {
      await server.stop();
      await removeFolder(folder);
    },
  };
}
