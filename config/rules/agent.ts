import { showValue, type Fault } from "../../common/errors.js";
import { parseQuantity } from "../../common/quantity.js";
import { hostName } from "../schema/primitives.js";
import type { Rule } from "./index.js";

const requestsWithinLimits: Rule = ({ agent: { resources } }) =>
  (["cpu", "memory"] as const).flatMap((kind) => {
    const request = parseQuantity(resources.requests[kind]) ?? 0;
    const limit = parseQuantity(resources.limits[kind]) ?? 0;
    return request <= limit
      ? []
      : [
          {
            path: `agent.resources.requests.${kind}`,
            received: showValue(resources.requests[kind]),
            rule: `requests ≤ limits; the limit is ${resources.limits[kind]}`,
            fix: "lower the request or raise the limit",
          },
        ];
  });

const replicaBounds: Rule = ({ agent: { replicas, autoscaling } }) => {
  const { minReplicas, maxReplicas } = autoscaling;
  if (minReplicas <= replicas && replicas <= maxReplicas) return [];
  return [
    {
      path: "agent.replicas",
      received: `min ${minReplicas}, wanted ${replicas}, max ${maxReplicas}`,
      rule: "minReplicas ≤ replicas ≤ maxReplicas",
      fix: "bring agent.replicas and agent.autoscaling into order",
    },
  ];
};

const disruptionLeavesOne: Rule = ({ agent }) =>
  agent.disruption.maxUnavailable < agent.autoscaling.minReplicas
    ? []
    : [
        {
          path: "agent.disruption.maxUnavailable",
          received: showValue(agent.disruption.maxUnavailable),
          rule: `a disruption leaves at least one of ${agent.autoscaling.minReplicas} replicas`,
          fix: "lower it below agent.autoscaling.minReplicas",
        },
      ];

const drainFits: Rule = ({ agent: { drain } }) =>
  drain.preStopSeconds < drain.graceSeconds
    ? []
    : [
        {
          path: "agent.drain.graceSeconds",
          received: showValue(drain.graceSeconds),
          rule: `the grace period is longer than preStopSeconds (${drain.preStopSeconds}), or nothing is left for the requests in flight`,
          fix: "raise graceSeconds",
        },
      ];

const probeTimeouts: Rule = ({ agent: { probes } }) =>
  (["liveness", "readiness", "startup"] as const).flatMap((name) =>
    probes[name].timeoutSeconds <= probes[name].periodSeconds
      ? []
      : [
          {
            path: `agent.probes.${name}.timeoutSeconds`,
            received: showValue(probes[name].timeoutSeconds),
            rule: `a probe ends before the next one starts (period ${probes[name].periodSeconds} s)`,
            fix: "lower the time-out or raise the period",
          },
        ],
  );

const reservedEnvironment: Rule = ({ agent }) => {
  const reserved = new Set(["ENVIRONMENT", "LOG_LEVEL", "POD_NAME", "POD_NAMESPACE"]);
  const own = Object.keys(agent.config).filter((name) => reserved.has(name));
  const twice = Object.keys(agent.secrets).filter((name) => reserved.has(name) || name in agent.config);
  const fault = (path: string, rule: string): Fault => ({ path, rule, fix: "remove it, or give it another name" });
  return [
    ...own.map((name) => fault(`agent.config.${name}`, "is set by the platform")),
    ...twice.map((name) => fault(`agent.secrets.${name}`, "is set by the platform or in agent.config")),
  ];
};

const hosts: Rule = ({ traffic, failover }) => {
  const keys = ["host", "canaryHost", "previewHost"] as const;
  const malformed = keys.flatMap((key): Fault[] => {
    const result = hostName.safeParse(traffic[key]);
    const text = traffic[key];
    if (!result.success)
      return [
        {
          path: `traffic.${key}`,
          received: showValue(text),
          rule: "must be a fully qualified host name",
          fix: "write it like agent-api.example.com",
        },
      ];
    return failover.dns.enabled && !text.endsWith(`.${failover.dns.zone}`)
      ? [
          {
            path: `traffic.${key}`,
            received: showValue(text),
            rule: `lies in the zone ${failover.dns.zone}, where its record is made`,
            fix: "change the host or failover.dns.zone",
          },
        ]
      : [];
  });
  const names = keys.map((key) => traffic[key]);
  const same =
    new Set(names).size === names.length
      ? []
      : [
          {
            path: "traffic",
            received: showValue(names),
            rule: "the three hosts differ",
            fix: "give canary and preview hosts of their own",
          },
        ];
  return [...malformed, ...same];
};

export const agentRules: readonly Rule[] = [
  requestsWithinLimits,
  replicaBounds,
  disruptionLeavesOne,
  drainFits,
  probeTimeouts,
  reservedEnvironment,
  hosts,
];
