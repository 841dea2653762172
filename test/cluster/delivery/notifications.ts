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
