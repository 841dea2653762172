import { networkPolicyEssentials } from "../../../../policy/checks/security/network-policy-essentials.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { cloud, describeCheck } from "../../support/check.js";
import { deployment, having, object, service } from "../../support/objects.js";

const policy = (spec: object) => object("NetworkPolicy", spec);
const client = () =>
  having(deployment(), "spec.template.spec.containers.0.env", [{ name: "REDIS_ADDR", value: "redis:6379" }]);
const store = [
  having(
    having(object("Service", { selector: { app: "redis" }, ports: [{ port: 6379 }] }), "metadata.name", "redis"),
    "metadata.namespace",
    "agents",
  ),
  having(
    object("StatefulSet", { template: { metadata: { labels: { app: "redis" } }, spec: { containers: [] } } }),
    "metadata.name",
    "redis",
  ),
];
const rules = ({ dns = 53, redis = 6379, http = 8080, peer = "redis" }) =>
  policy({
    podSelector: { matchLabels: { app: "web" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ ports: [{ port: http }] }],
    egress: [
      { ports: [{ port: dns, protocol: "UDP" }] },
      { to: [{ podSelector: { matchLabels: { app: peer } } }], ports: [{ port: redis }] },
    ],
  });

const variables = (name: string, value: string, port: string) =>
  having(deployment(), "spec.template.spec.containers.0.env", [
    { name: `${name}_HOST`, value },
    { name: `${name}_PORT`, value: port },
  ]);
const controller = {
  ...cloud("kubernetes:helm.sh/v3:Release", "ingress", { chart: "nginx-ingress", namespace: "ingress" }),
};
const ingress = object("Ingress", {
  rules: [{ http: { paths: [{ backend: { service: { name: "web", port: { name: "http" } } } }] } }],
});
const from = (namespace: string) =>
  policy({
    podSelector: {},
    ingress: [
      {
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } }],
        ports: [{ port: 8080 }],
      },
    ],
  });
const database = object(
  "Cluster",
  { managed: { services: { additional: [{ serviceTemplate: { metadata: { name: "db" } } }] } } },
  { apiVersion: "postgresql.cnpg.io/v1" },
);
const namespace = object("Namespace", undefined, { metadata: { name: "telemetry" } });

describeCheck(networkPolicyEssentials, {
  pass: {
    "DNS, the store and the Service's own port": [client(), service(), ...store, rules({})],
    "the Ingress controller, by its chart's namespace": [deployment(), service(), ingress, controller, from("ingress")],
    "nothing is restricted on egress": [
      client(),
      service(),
      policy({ podSelector: {}, ingress: [{ ports: [{ port: 8080 }] }] }),
    ],
  },
  violation: {
    "egress 53 (DNS)": [client(), ...store, rules({ dns: 54 })],
    "egress 6379 (Service redis)": [client(), ...store, rules({ redis: 6380 })],
    "(Service redis)": [client(), ...store, rules({ peer: "other" })],
    "ingress 8080 (its Service web)": [client(), service(), ...store, rules({ http: 8081 })],
    "ingress 9102 (metrics)": [
      having(client(), "spec.template.metadata.annotations", {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "9102",
      }),
      rules({}),
    ],
    "egress 6380 (Service redis)": [variables("REDIS", "redis", "6380"), ...store, rules({})],
    "egress 5432 (PostgreSQL at db)": [variables("DB", "db", "5432"), database, rules({})],
    "egress 4317 (otel.telemetry)": [variables("OTEL", "otel.telemetry", "4317"), namespace, rules({})],
    "(the Ingress controller)": [deployment(), service(), ingress, controller, from("elsewhere")],
    "egress 15012 (istiod)": [
      having(client(), "spec.template.metadata.labels", { app: "web", "sidecar.istio.io/inject": "true" }),
      rules({}),
    ],
  },
  wrongKind: [client(), service()],
  unknown: [client(), policy({ podSelector: {}, policyTypes: ["Egress"], egress: UNKNOWN })],
});
