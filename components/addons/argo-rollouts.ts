import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { DeliveryConfig } from "../../config/schema/delivery.js";
import type { StackConfig } from "../../config/schema/stack.js";
import { type AddonContext, foundation, installChart, type Installed } from "./chart.js";

type Notifications = DeliveryConfig["notifications"];

/** Secret that the controller reads for its notifications; its name is fixed by the controller. */
const notificationSecret = "argo-rollouts-notification-secret";

/** Events after which all traffic is back on stable, or an analysis could not be done: people must look. */
const warnings = {
  "on-rollout-aborted": {
    template: "rollout-aborted",
    says: "was aborted: all traffic is back on the stable version",
  },
  "on-analysis-run-failed": { template: "analysis-failed", says: "failed its analysis" },
  "on-analysis-run-error": { template: "analysis-error", says: "could not be analysed" },
} as const;

function message(says: string): string {
  return `Warning: deployment {{.rollout.metadata.namespace}}/{{.rollout.metadata.name}} ${says}. {{.rollout.status.message}}`;
}

function template(says: string): string {
  const text = message(says);
  const body = `{"severity":"warning","deployment":"{{.rollout.metadata.namespace}}/{{.rollout.metadata.name}}","message":{{ toJson .rollout.status.message }},"event":"${says}"}`;
  return [
    `message: ${JSON.stringify(text)}`,
    "email:",
    `  subject: ${JSON.stringify(`Warning: {{.rollout.metadata.name}} ${says}`)}`,
    "webhook:",
    "  platform:",
    "    method: POST",
    `    body: ${JSON.stringify(body)}`,
    "",
  ].join("\n");
}

function recipients({ webhookUrl, slackChannel, email }: Notifications): string[] {
  return [
    ...(webhookUrl === undefined ? [] : ["platform"]),
    ...(slackChannel === undefined ? [] : [`slack:${slackChannel}`]),
    ...(email === undefined ? [] : [`email:${email}`]),
  ];
}

function notifiers({ webhookUrl, slackChannel, email, smtp }: Notifications): Record<string, string> {
  return {
    ...(webhookUrl === undefined
      ? {}
      : {
          "service.webhook.platform":
            "url: $webhook-url\nheaders:\n  - name: Content-Type\n    value: application/json\n",
        }),
    ...(slackChannel === undefined ? {} : { "service.slack": "token: $slack-token\n" }),
    // What is put in from the Secret is text to the controller, and a port that is text breaks every notification.
    ...(email === undefined || smtp === undefined
      ? {}
      : {
          "service.email": `host: ${smtp.host}\nport: ${smtp.port}\nfrom: ${smtp.from}\nusername: $email-username\npassword: $email-password\n`,
        }),
  };
}

/** Notifications in the chart's form: who is told, of what, in which words; nothing where nobody is to be told. */
export function notificationValues(notifications: Notifications): Readonly<Record<string, unknown>> {
  const told = recipients(notifications);
  if (told.length === 0) return { configmap: { create: false }, secret: { create: false } };
  const events = Object.entries(warnings);
  return {
    configmap: { create: true },
    secret: { create: false },
    notifiers: notifiers(notifications),
    templates: Object.fromEntries(events.map(([, event]) => [`template.${event.template}`, template(event.says)])),
    triggers: Object.fromEntries(events.map(([name, event]) => [`trigger.${name}`, `- send: [${event.template}]\n`])),
    subscriptions: [{ recipients: told, triggers: Object.keys(warnings) }],
  };
}

/** Values of chart `argo-rollouts`: two controllers, metrics on, no dashboard: nothing there to attack. */
export function argoRolloutsValues({ delivery }: StackConfig): Readonly<Record<string, unknown>> {
  return {
    installCRDs: true,
    keepCRDs: true,
    dashboard: { enabled: false },
    controller: {
      replicas: 2,
      logging: { format: "json" },
      metrics: { enabled: true },
      pdb: { enabled: true, maxUnavailable: 1 },
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
    },
    // Only the mesh routes traffic here; the controller needs no right over other routers.
    providerRBAC: {
      enabled: true,
      providers: {
        istio: true,
        smi: false,
        ambassador: false,
        awsLoadBalancerController: false,
        awsAppMesh: false,
        traefik: false,
        apisix: false,
        contour: false,
        glooPlatform: false,
        gatewayAPI: false,
      },
    },
    notifications: notificationValues(delivery.notifications),
  };
}

/** The webhook's URL may carry a token: it lives in the Secret, and the configuration names its key. */
function createNotificationSecret(context: AddonContext): Installed {
  const { name, cluster, config, parent } = context;
  const { webhookUrl } = config.delivery.notifications;
  if (webhookUrl === undefined) return [];
  const { namespace } = config.addons.argoRollouts;
  return [
    new k8s.core.v1.Secret(
      `${name}-rollout-notifications`,
      {
        metadata: { name: notificationSecret, namespace },
        stringData: { "webhook-url": pulumi.secret(webhookUrl) },
      },
      { parent, provider: cluster.provider, dependsOn: [...foundation(context, namespace)] },
    ),
  ];
}

/** Argo Rollouts: steps a release through its stages, and takes it back. */
export function installArgoRollouts(context: AddonContext): Installed {
  const addon = context.config.addons.argoRollouts;
  if (!addon.install) return [];
  const secret = createNotificationSecret(context);
  const release = installChart(context, {
    addon,
    release: "argo-rollouts",
    chart: "argo-rollouts",
    values: argoRolloutsValues(context.config),
    dependsOn: secret,
  });
  return [release];
}
