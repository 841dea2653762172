import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { stringify } from "yaml";

export interface Chart {
  readonly name: string;
  readonly version: string;
}

/**
 * A Helm repository on loopback, because a release reads its chart even in a preview. Its charts have the names and
 * versions of the real ones and one ConfigMap each that holds the values: enough for the engine, and no proof that the
 * real charts take those values.
 */
export class ChartMirror {
  private readonly server: Server;
  private readonly archives = new Map<string, Buffer>();
  private readonly charts: readonly Chart[];

  constructor(charts: readonly Chart[]) {
    this.charts = [...new Map(charts.map((chart) => [fileName(chart), chart])).values()];
    this.server = createServer((request, response) => {
      const body = this.archives.get((request.url ?? "").slice(1));
      response.writeHead(body === undefined ? 404 : 200).end(body);
    });
  }

  /** Builds the charts, listens on a free port and returns the repository's URL. */
  async start(): Promise<string> {
    for (const chart of this.charts) this.archives.set(fileName(chart), await archive(chart));
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    const entries: Record<string, object[]> = {};
    for (const chart of this.charts) {
      (entries[chart.name] ??= []).push({ ...manifest(chart), urls: [`${url}/${fileName(chart)}`] });
    }
    this.archives.set("index.yaml", Buffer.from(stringify({ apiVersion: "v1", entries })));
    return url;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const fileName = ({ name, version }: Chart): string => `${name}-${version}.tgz`;
const manifest = ({ name, version }: Chart) => ({ apiVersion: "v2", name, version, description: `stands for ${name}` });

const template = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-values
  namespace: {{ .Release.Namespace }}
data:
  values.yaml: {{ toYaml .Values | quote }}
`;

async function archive(chart: Chart): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: `${chart.name}/Chart.yaml` }, stringify(manifest(chart)));
  tar.entry({ name: `${chart.name}/values.yaml` }, "{}\n");
  tar.entry({ name: `${chart.name}/templates/values.yaml` }, template);
  tar.finalize();
  return buffer(tar.pipe(createGzip()));
}
