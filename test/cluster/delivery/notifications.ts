import { dump } from "js-yaml";
import { notificationValues } from "../../../components/addons/argo-rollouts.js";
import { deliverySchema } from "../../../config/schema/delivery.js";
import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";
import { MailServer, Slack, Webhook } from "./recipients.js";

/** Where the controller looks for its notification settings, by its own fixed names. */
const NAMESPACE = "argo-rollouts";

interface Values {
  readonly notifiers: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, string>>;
  readonly triggers: Readonly<Record<string, string>>;
  readonly subscriptions: readonly object[];
}

const CHANNEL = "oncall";
const MAILBOX = "oncall@example.com";

/** Everybody whom the configuration can name, on loopback. */
export class Recipients {
  readonly webhook = new Webhook();
  readonly slack = new Slack();
  readonly mail = new MailServer();

  async start(): Promise<void> {
    await Promise.all([this.webhook.start(), this.slack.start(), this.mail.start()]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.webhook.stop(), this.slack.stop(), this.mail.stop()]);
  }

  /** Applies the settings as the controller's chart writes them from the add-on's values. */
  async subscribe(api: KubeApi): Promise<void> {
    const webhookUrl = `http://127.0.0.1:${this.webhook.port}/warnings`;
    const { notifications } = deliverySchema.parse({
      notifications: {
        webhookUrl,
        slackChannel: CHANNEL,
        email: MAILBOX,
        smtp: { host: "127.0.0.1", port: this.mail.port, from: "rollouts@example.com" },
      },
    });
    const { notifiers, templates, triggers, subscriptions } = notificationValues(notifications) as unknown as Values;
    const slack = `${notifiers["service.slack"] ?? ""}apiURL: http://127.0.0.1:${this.slack.port}/api/\n`;
    const data = {
      ...notifiers,
      "service.slack": slack,
      ...templates,
      ...triggers,
      subscriptions: dump(subscriptions),
    };
    const stringData = {
      "webhook-url": webhookUrl,
      "slack-token": "token-of-the-test",
      "email-username": "",
      "email-password": "",
    };
    await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }, { manager: "charts" });
    await api.apply(settings("Secret", "argo-rollouts-notification-secret", { stringData }));
    await api.apply(settings("ConfigMap", "argo-rollouts-notification-configmap", { data }));
  }

  /** What each was told of a deployment's rollback, as far as it has arrived. */
  warningsOf(deployment: string) {
    return {
      webhook: this.webhook.told.find((of) => of.deployment === deployment && of.event.startsWith("was aborted")),
      slack: this.slack.told.find(({ text }) => text.includes(`${deployment} was aborted`)),
      mail: this.mail.told.find(({ data }) => data.includes(`${deployment} was aborted`)),
    };
  }
}

const settings = (kind: string, name: string, more: object): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: NAMESPACE },
  ...more,
});
