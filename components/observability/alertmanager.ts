import type { StackConfig } from "../../config/schema/stack.js";

type Receiver = StackConfig["observability"]["alerting"]["receivers"][number];

function receiver({ name, email, webhookUrl }: Receiver) {
  return {
    name,
    ...(email === undefined ? {} : { email_configs: [{ to: email, send_resolved: true }] }),
    ...(webhookUrl === undefined ? {} : { webhook_configs: [{ url: webhookUrl, send_resolved: true }] }),
  };
}

/** Told nothing; no receiver of the configuration can have this name. */
const nobody = "(nobody)";

/**
 * Alerts of the metrics stack's own rules that are none: one that always fires, whose absence says that alerting is
 * broken, and one that is only there to inhibit others.
 */
function signals(heartbeat: string | undefined) {
  const beats = { receiver: heartbeat, group_wait: "0s", group_interval: "1m", repeat_interval: "1m" };
  return [
    { matchers: ['alertname="Watchdog"'], ...(heartbeat === undefined ? { receiver: nobody } : beats) },
    { matchers: ['alertname="InfoInhibitor"'], receiver: nobody },
  ];
}

/**
 * Alertmanager's configuration: routed by severity, one notification for alerts of one name in a region. A region that
 * is down silences what follows from it in its own cluster, and what pages silences its own ticket.
 */
export function alertmanagerConfig({ observability: { alerting } }: StackConfig) {
  const { routing, smtp, receivers } = alerting;
  return {
    global: { smtp_smarthost: smtp.smarthost, smtp_from: smtp.from, resolve_timeout: "5m" },
    route: {
      receiver: routing.info,
      group_by: ["alertname", "cluster"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "12h",
      routes: [
        ...signals(routing.heartbeat),
        {
          matchers: ['severity="critical"'],
          receiver: routing.critical,
          group_wait: "10s",
          repeat_interval: "1h",
        },
        { matchers: ['severity="warning"'], receiver: routing.warning },
      ],
    },
    inhibit_rules: [
      {
        source_matchers: ['alertname="RegionDown"'],
        target_matchers: ['parent="region"'],
        equal: ["cluster"],
      },
      {
        source_matchers: ['alertname=~"AgentErrorBudgetBurn(Fast)?"'],
        target_matchers: ['alertname=~"AgentErrorBudgetBurn(Slow|Long)"'],
        equal: ["cluster"],
      },
      {
        source_matchers: ['severity="critical"', 'alertname=~"Volume.*|Certificate.*"'],
        target_matchers: ['severity="warning"', 'alertname=~"Volume.*|Certificate.*"'],
        equal: ["cluster", "persistentvolumeclaim", "name"],
      },
      // The stack's own info alerts have no owner, and are only told beside something worse in their namespace.
      {
        source_matchers: ['alertname="InfoInhibitor"'],
        target_matchers: ['severity="info"', 'owner=""'],
        equal: ["namespace"],
      },
    ],
    receivers: [...receivers.map(receiver), { name: nobody }],
  };
}
