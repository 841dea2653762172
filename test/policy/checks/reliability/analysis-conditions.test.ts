import { analysisConditions } from "../../../../policy/checks/reliability/analysis-conditions.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object, without } from "../../support/objects.js";

const present = "len(result) > 0 && !isNaN(result[0])";
const template = () =>
  object(
    "AnalysisTemplate",
    {
      metrics: [
        {
          name: "errors",
          interval: "30s",
          count: 5,
          successCondition: `${present} && result[0] <= 0.01`,
          failureCondition: `${present} && result[0] > 0.01`,
          provider: { prometheus: { address: "http://prometheus:9090", query: "sum(rate(errors[2m]))" } },
        },
      ],
    },
    { apiVersion: "argoproj.io/v1alpha1" },
  );

describeCheck(analysisConditions, {
  pass: { "both conditions, guarded": [template()] },
  violation: {
    "measures nothing": [having(template(), "spec.metrics", [])],
    "errors has no successCondition": [without(template(), "spec.metrics.0.successCondition")],
    "errors has no failureCondition": [without(template(), "spec.metrics.0.failureCondition")],
    "no data is not told from a result": [having(template(), "spec.metrics.0.successCondition", "result[0] <= 0.01")],
    "errors has no query": [without(template(), "spec.metrics.0.provider.prometheus.query")],
    "names no Prometheus": [without(template(), "spec.metrics.0.provider.prometheus.address")],
    "errors has no provider": [without(template(), "spec.metrics.0.provider")],
    "forgives 10 failures": [having(template(), "spec.metrics.0.failureLimit", 10)],
    "counts without an interval": [without(template(), "spec.metrics.0.interval")],
  },
  wrongKind: [deployment()],
  unknown: [having(template(), "spec.metrics.0.successCondition", UNKNOWN)],
});
