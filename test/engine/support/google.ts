import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { computeInvoke } from "../../../cli/preview/recording.js";
import type { PlatformOptions } from "./platform.js";
import { installedProvider } from "./requirements.js";

/** What the provider asks the network for and does without: whose the access token is, for its log. */
export const identityHost = "openidconnect.googleapis.com:443";

/**
 * What Google's own provider meets on this machine in a preview: answers to the only two questions that the program
 * asks of a project (its number, and the service agent of its Cloud Storage) with the values of the offline preview, and
 * a proxy that lets nothing else out.
 */
export class GoogleOffline {
  /** Hosts that the provider was not let through to. */
  readonly refused = new Set<string>();
  /** Paths that it asked for and that were answered. */
  readonly answered = new Set<string>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const body = this.answer(request);
      response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(body ?? { error: { code: 404, message: "not of this test" } }));
    });
    this.server.on("connect", ({ url }: IncomingMessage, socket) => {
      this.refused.add(String(url));
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
  }

  static async start(): Promise<GoogleOffline> {
    const google = new GoogleOffline();
    await new Promise<void>((resolve) => google.server.listen(0, "127.0.0.1", resolve));
    return google;
  }

  /** Environment of an engine whose GCP provider is to stay on this machine. */
  get env(): Readonly<Record<string, string>> {
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return {
      GOOGLE_OAUTH_ACCESS_TOKEN: "made-up",
      GOOGLE_RESOURCE_MANAGER_CUSTOM_ENDPOINT: `${url}/v1/`,
      GOOGLE_CLOUD_BILLING_CUSTOM_ENDPOINT: `${url}/v1/`,
      GOOGLE_STORAGE_CUSTOM_ENDPOINT: `${url}/storage/v1/`,
      // Its list is Compute Engine's to give.
      PULUMI_GCP_SKIP_REGION_VALIDATION: "true",
      HTTPS_PROXY: url,
    };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer({ url = "" }: IncomingMessage): object | undefined {
    const path = url.replace(/\?.*$/, "");
    const [, project, rest] = /^\/(?:storage\/)?v1\/projects\/([^/]+)(\/.*)?$/.exec(path) ?? [];
    if (project === undefined) return undefined;
    const answers: Readonly<Record<string, object>> = {
      "": { projectId: project, projectNumber: number(), name: project, lifecycleState: "ACTIVE" },
      "/billingInfo": { projectId: project, billingEnabled: true },
      "/serviceAccount": { email_address: agent() },
    };
    const found = answers[rest ?? ""];
    if (found !== undefined) this.answered.add(path);
    return found;
  }
}

const number = (): unknown => computeInvoke("gcp:organizations/getProject:getProject").number;
const agent = (): unknown =>
  computeInvoke("gcp:storage/getProjectServiceAccount:getProjectServiceAccount").emailAddress;

/** Who judges a preview's clouds. */
export interface PreviewClouds extends Pick<PlatformOptions, "standIns" | "env"> {
  /** Present where Google's own provider does. */
  readonly google?: GoogleOffline;
}

/** Stand-ins for the clouds, but Google's own provider where its plugin is installed; prints which it is. */
export async function previewClouds(): Promise<PreviewClouds> {
  const { version, installed } = await installedProvider("gcp");
  if (!installed) {
    process.stdout.write(`    a stand-in for Google Cloud: the plugin gcp ${version} is not installed\n`);
    return { standIns: ["aws", "gcp"] };
  }
  const google = await GoogleOffline.start();
  return { standIns: ["aws"], env: google.env, google };
}
