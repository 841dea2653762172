import { showValue } from "../../common/errors.js";
import type { Rule } from "./index.js";

const receiversExist: Rule = ({ observability: { alerting } }) => {
  const known = alerting.receivers.map(({ name }) => name);
  return (["critical", "warning", "info"] as const).flatMap((severity) =>
    known.includes(alerting.routing[severity])
      ? []
      : [
          {
            path: `observability.alerting.routing.${severity}`,
            received: showValue(alerting.routing[severity]),
            rule: `names a receiver; there are ${known.join(", ")}`,
            fix: "add the receiver to observability.alerting.receivers, or name one that exists",
          },
        ],
  );
};

const receiversReachSomebody: Rule = ({ observability: { alerting } }) =>
  alerting.receivers.flatMap(({ name, email, webhookUrl }, index) => {
    const path = `observability.alerting.receivers[${index}]`;
    const first = alerting.receivers.findIndex((other) => other.name === name) === index;
    return [
      ...(first
        ? []
        : [{ path: `${path}.name`, received: showValue(name), rule: "receivers' names differ", fix: "rename it" }]),
      ...(email === undefined && webhookUrl === undefined
        ? [{ path, received: showValue(name), rule: "a receiver reaches somebody", fix: "set email or webhookUrl" }]
        : []),
    ];
  });

const alertNamesAreFree: Rule = ({ observability: { alerting } }) => {
  const names = alerting.extraAlerts.map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          {
            path: `observability.alerting.extraAlerts[${index}].name`,
            received: showValue(name),
            rule: "alerts' names differ",
            fix: "rename it",
          },
        ],
  );
};

/** Rules of observability over several fields. */
export const observabilityRules: readonly Rule[] = [receiversExist, receiversReachSomebody, alertNamesAreFree];
