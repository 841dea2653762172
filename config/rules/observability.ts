import { showValue } from "../../common/errors.js";
import { seconds } from "../schema/primitives.js";
import type { Rule } from "./index.js";

const receiversExist: Rule = ({ observability: { alerting } }) => {
  const known = alerting.receivers.map(({ name }) => name);
  return Object.entries(alerting.routing).flatMap(([what, name]) =>
    known.includes(name)
      ? []
      : [
          {
            path: `observability.alerting.routing.${what}`,
            received: showValue(name),
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

/** Windows of a PromQL expression, such as `5m` of `rate(x[5m])` and of a subquery; those made of several units are long. */
const windowsOf = (expr: string): string[] =>
  [...expr.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "").matchAll(/\[\s*(\d+(?:ms|s|m|h|d))\s*[\]:]/g)].map(
    ([, window = ""]) => window,
  );

const windowsHoldScrapes: Rule = ({ observability: { alerting, scrapeIntervalSeconds } }) =>
  alerting.extraAlerts.flatMap(({ expr }, index) =>
    windowsOf(expr)
      .filter((window) => seconds(window) < scrapeIntervalSeconds)
      .map((window) => ({
        path: `observability.alerting.extraAlerts[${index}].expr`,
        received: showValue(expr),
        rule: `a window holds a scrape, and they are ${scrapeIntervalSeconds} s apart: [${window}] is mostly empty`,
        fix: "lengthen the window to two scrapes or more",
      })),
  );

/** Rules of observability over several fields. */
export const observabilityRules: readonly Rule[] = [
  receiversExist,
  receiversReachSomebody,
  alertNamesAreFree,
  windowsHoldScrapes,
];
