import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { freePorts, startProcess, type ServerProcess } from "./process.js";

/** What Alertmanager sends to a webhook. */
export interface Notification {
  readonly receiver: string;
  readonly status: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** An alert as Alertmanager holds it. */
export interface HeldAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
}

/** An Alertmanager on loopback, alone. */
export class Alertmanager {
  private constructor(
    private readonly process: ServerProcess,
    readonly port: number,
    readonly configurationFile: string,
  ) {}

  static async start(program: string, folder: string, configuration: object): Promise<Alertmanager> {
    const [port = 0] = await freePorts(1);
    const file = join(folder, "alertmanager.yml");
    await writeFile(file, stringify(configuration, { lineWidth: 0 }));
    const flags = [`--config.file=${file}`, `--storage.path=${join(folder, "alertmanager")}`];
    const address = [`--web.listen-address=127.0.0.1:${port}`, "--cluster.listen-address="];
    const server = startProcess(program, [...flags, ...address], { folder, name: "alertmanager" });
    await server.until("Alertmanager to be ready", async () =>
      (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok ? true : undefined,
    );
    return new Alertmanager(server, port, file);
  }

  private get alerts(): string {
    return `http://127.0.0.1:${this.port}/api/v2/alerts`;
  }

  /** Tells it of alerts, as Prometheus does. */
  async post(alerts: readonly { readonly labels: Readonly<Record<string, string>> }[]): Promise<void> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(this.alerts, { method: "POST", headers, body: JSON.stringify(alerts) });
    if (!response.ok) throw new Error(`Alertmanager refused the alerts: ${await response.text()}`);
  }

  async held(): Promise<HeldAlert[]> {
    return (await (await fetch(this.alerts)).json()) as HeldAlert[];
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }
}
