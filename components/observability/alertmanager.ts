import type { StackConfig } from "../../config/schema/stack.js";

type Receiver = StackConfig["observability"]["alerting"]["receivers"][number];

function receiver({ name, email, webhookUrl }: Receiver) {
  return {
    name,
    ...(email === undefined ? {} : { email_configs: [{ to: email, send_resolved: true }] }),
    ...(webhookUrl === undefined ? {} : { webhook_configs: [{ url: webhookUrl, send_resolved: true }] }),
  };
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
    ],
    receivers: receivers.map(receiver),
  };
}
