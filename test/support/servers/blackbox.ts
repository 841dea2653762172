import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { ensureServer } from "../../../operations/local/servers/ensure.js";
import { freePorts, startProcess, type ServerProcess } from "./process.js";

/** What a probe found: its series by name, those without labels. */
type Probed = ReadonlyMap<string, number>;

/** The blackbox exporter on loopback. */
export class BlackboxExporter {
  private constructor(
    private readonly process: ServerProcess,
    private readonly url: string,
  ) {}

  static async start(folder: string, configuration: object): Promise<BlackboxExporter> {
    const program = await ensureServer("blackbox_exporter");
    const file = join(folder, "blackbox.yaml");
    await writeFile(file, stringify(configuration, { lineWidth: 0 }));
    const [port = 0] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    const args = [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`];
    const server = startProcess(program, args, { folder, name: "blackbox-exporter" });
    await server.until("the blackbox exporter to be ready", async () =>
      (await fetch(`${url}/-/healthy`)).ok ? true : undefined,
    );
    return new BlackboxExporter(server, url);
  }

  /** Probes as Prometheus has it probe. The exporter answers 200 whatever it finds: then the scrape itself is up. */
  async probe(module: string, target: string, more: Readonly<Record<string, string>> = {}): Promise<Probed> {
    const response = await fetch(`${this.url}/probe?${new URLSearchParams({ module, target, ...more }).toString()}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`the exporter refused the probe: ${text}`);
    return new Map([...text.matchAll(/^(\w+) (\S+)$/gm)].map(([, name = "", value]) => [name, Number(value)]));
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }
}
