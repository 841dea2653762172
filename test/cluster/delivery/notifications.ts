import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dump } from "js-yaml";
import { notificationValues } from "../../../components/addons/argo-rollouts.js";
import { deliverySchema } from "../../../config/schema/delivery.js";
import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";

/** Where the controller looks for its notification settings, by its own fixed names. */
const NAMESPACE = "argo-rollouts";

interface Values {
  readonly notifiers: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, string>>;
  readonly triggers: Readonly<Record<string, string>>;
  readonly subscriptions: readonly object[];
}

/** What the webhook of the configuration is sent. */
export interface Warning {
  readonly severity: string;
  readonly deployment: string;
  readonly message: string;
  readonly event: string;
}

/** A webhook that keeps what it is told. */
export class Webhook {
  readonly warnings: Warning[] = [];
  private server: Server | undefined;

  async start(): Promise<string> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.warnings.push(JSON.parse(Buffer.concat(chunks).toString()) as Warning);
        response.writeHead(200).end();
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    this.server = server;
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/warnings`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}

/** Applies the notification settings as the controller's chart writes them from the add-on's values. */
export async function applyNotifications(api: KubeApi, webhookUrl: string): Promise<void> {
  const { notifications } = deliverySchema.parse({ notifications: { webhookUrl } });
  const { notifiers, templates, triggers, subscriptions } = notificationValues(notifications) as unknown as Values;
  const object = (kind: string, name: string, more: object): KubeObject => ({
    apiVersion: "v1",
    kind,
    metadata: { name, namespace: NAMESPACE },
    ...more,
  });
  const data = { ...notifiers, ...templates, ...triggers, subscriptions: dump(subscriptions) };
  await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }, { manager: "charts" });
  await api.apply(object("Secret", "argo-rollouts-notification-secret", { stringData: { "webhook-url": webhookUrl } }));
  await api.apply(object("ConfigMap", "argo-rollouts-notification-configmap", { data }));
}
