import { topologySpread } from "../../../../policy/checks/infrastructure/topology-spread.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck } from "../../support/check.js";
import { deployment, having, object, without } from "../../support/objects.js";

const spread = (topologyKey: string) => ({
  maxSkew: 1,
  topologyKey,
  whenUnsatisfiable: "ScheduleAnyway",
  labelSelector: { matchLabels: { app: "web" } },
});

describeCheck(topologySpread, {
  pass: {
    "anti-affinity by hostname": [deployment()],
    "a constraint on the host": [
      having(without(deployment(), "spec.template.spec.affinity"), "spec.template.spec.topologySpreadConstraints", [
        spread("kubernetes.io/hostname"),
      ]),
    ],
    "zones where they are asked for": {
      inputs: [
        having(deployment(), "spec.template.spec.topologySpreadConstraints", [spread("topology.kubernetes.io/zone")]),
      ],
      settings: { parameters: { zones: true } },
    },
  },
  violation: {
    "off the same node": [without(deployment(), "spec.template.spec.affinity")],
    "spreads the replicas over zones": { inputs: [deployment()], settings: { parameters: { zones: true } } },
    "counts no pods": [
      having(deployment(), "spec.template.spec.topologySpreadConstraints", [
        { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" },
      ]),
    ],
    "needs whenUnsatisfiable": [
      having(deployment(), "spec.template.spec.topologySpreadConstraints", [
        { ...spread("kubernetes.io/hostname"), whenUnsatisfiable: "Perhaps" },
      ]),
    ],
    "minDomains below 1": [
      having(deployment(), "spec.template.spec.topologySpreadConstraints", [
        { ...spread("kubernetes.io/hostname"), minDomains: 0 },
      ]),
    ],
    "maxSkew of at least 1": [
      having(deployment(), "spec.template.spec.topologySpreadConstraints", [
        { ...spread("kubernetes.io/hostname"), maxSkew: 0 },
      ]),
    ],
  },
  wrongKind: [
    having(without(deployment(), "spec.template.spec.affinity"), "spec.replicas", 1),
    object("DaemonSet", deployment().spec),
  ],
  unknown: [having(deployment(), "spec.template.spec.affinity", UNKNOWN)],
});
