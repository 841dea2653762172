import { showValue, type Fault } from "../../common/errors.js";
import { seconds } from "../schema/primitives.js";
import type { Rule } from "./index.js";

const stagesRise: Rule = ({ delivery: { progressive } }) => {
  const { stages } = progressive;
  const faults: Fault[] = stages.flatMap((stage, index) =>
    index === 0 || stage.weight > (stages[index - 1]?.weight ?? 0)
      ? []
      : [
          {
            path: `delivery.progressive.stages[${index}].weight`,
            received: showValue(stage.weight),
            rule: "weights rise from stage to stage",
            fix: `raise it above ${stages[index - 1]?.weight ?? 0}, or drop the stage`,
          },
        ],
  );
  const last = stages.at(-1);
  if (last?.weight !== 100) {
    faults.push({
      path: `delivery.progressive.stages[${stages.length - 1}].weight`,
      received: showValue(last?.weight),
      rule: "the last stage takes all traffic",
      fix: "end the list with a stage of weight 100",
    });
  }
  return faults;
};

const stagesHold: Rule = ({ delivery: { progressive } }) =>
  progressive.stages.slice(0, -1).flatMap((stage, index) => {
    const path = `delivery.progressive.stages[${index}].hold`;
    if (stage.hold === undefined)
      return [{ path, rule: "every stage but the last holds for a while", fix: "set it, for example 10m" }];
    return seconds(stage.hold) >= seconds(progressive.interval)
      ? []
      : [
          {
            path,
            received: showValue(stage.hold),
            rule: `a stage holds for at least one measurement (${progressive.interval})`,
            fix: "lengthen the stage or shorten delivery.progressive.interval",
          },
        ];
  });

const uniqueStages: Rule = ({ delivery: { progressive } }) =>
  progressive.stages.flatMap(({ name }, index, stages) =>
    stages.findIndex((stage) => stage.name === name) === index
      ? []
      : [
          {
            path: `delivery.progressive.stages[${index}].name`,
            received: showValue(name),
            rule: "stage names are unique",
            fix: "choose another name",
          },
        ],
  );

const windowsCoverScrapes: Rule = ({ delivery, observability }) =>
  (["canary", "progressive"] as const).flatMap((key) =>
    seconds(delivery[key].window) >= 2 * observability.scrapeIntervalSeconds
      ? []
      : [
          {
            path: `delivery.${key}.window`,
            received: showValue(delivery[key].window),
            rule: `a rate needs two scrapes, which are ${observability.scrapeIntervalSeconds} s apart`,
            fix: "lengthen the window",
          },
        ],
  );

/** Metrics that every analysis has anyway. */
const BUILT_IN = ["success-rate", "error-rate", "p99-latency"];

const metricsJudge: Rule = ({ delivery: { metrics } }) =>
  metrics.flatMap(({ name, min, max }, index) => {
    const path = `delivery.metrics[${index}]`;
    const bounded = min !== undefined || max !== undefined;
    const crossed = min !== undefined && max !== undefined && min > max;
    const taken = BUILT_IN.includes(name) || metrics.findIndex((metric) => metric.name === name) !== index;
    return [
      ...(bounded ? [] : [{ path, rule: "a metric has a bound to be judged by", fix: "set min, max or both" }]),
      ...(crossed
        ? [{ path: `${path}.min`, received: showValue(min), rule: `min is at most max (${max})`, fix: "swap them" }]
        : []),
      ...(taken
        ? [
            {
              path: `${path}.name`,
              received: showValue(name),
              rule: `names are unique, and none of ${BUILT_IN.join(", ")}`,
              fix: "choose another name",
            },
          ]
        : []),
    ];
  });

const mailHasServer: Rule = ({ delivery: { notifications } }) =>
  notifications.email === undefined || notifications.smtp !== undefined
    ? []
    : [
        {
          path: "delivery.notifications.smtp",
          rule: `mail to ${notifications.email} needs a mail server`,
          fix: "set host and from, and port where it is not 587",
        },
      ];

export const deliveryRules: readonly Rule[] = [
  stagesRise,
  stagesHold,
  uniqueStages,
  windowsCoverScrapes,
  metricsJudge,
  mailHasServer,
];
