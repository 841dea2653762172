import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { container, podSpec } from "../test/policy/support/objects.js";

/** Objects that one app is made of. */
export const OBJECTS_PER_APP = 5;

type Json = Record<string, unknown>;

/** A defect, the checks that must find it once each, and in which apps it is: every `every`-th, from `first`. */
interface Defect {
  readonly checks: readonly string[];
  readonly every: number;
  readonly first: number;
  readonly inject: (app: App) => void;
}

interface App {
  readonly container: Json;
  readonly podSpec: Json;
  readonly deployment: Json;
  readonly service: Json;
  readonly budget: Json;
}

const context = ({ container }: App): Json => container.securityContext as Json;

/** Coprime steps, so that the defects fall on changing combinations of apps. */
const DEFECTS: readonly Defect[] = [
  { checks: ["resource-limits"], every: 7, first: 1, inject: (app) => delete (app.container.resources as Json).limits },
  {
    checks: ["image-tag"],
    every: 11,
    first: 2,
    inject: (app) => (app.container.image = "registry.example.com/web:latest"),
  },
  { checks: ["health-endpoints"], every: 13, first: 3, inject: (app) => delete app.container.readinessProbe },
  { checks: ["min-replicas"], every: 17, first: 4, inject: (app) => ((app.deployment.spec as Json).replicas = 1) },
  { checks: ["readonly-rootfs"], every: 19, first: 5, inject: (app) => delete context(app).readOnlyRootFilesystem },
  { checks: ["run-as-non-root"], every: 23, first: 6, inject: (app) => (context(app).runAsUser = 0) },
  { checks: ["capabilities"], every: 29, first: 7, inject: (app) => delete context(app).capabilities },
  {
    checks: ["secrets"],
    every: 31,
    first: 8,
    inject: (app) => env(app).push({ name: "DB_PASSWORD", value: "hunter2" }),
  },
  {
    checks: ["duplicate-env"],
    every: 37,
    first: 9,
    inject: (app) => env(app).push({ name: "LOG_FORMAT", value: "json" }),
  },
  { checks: ["host-namespaces"], every: 41, first: 10, inject: (app) => (app.podSpec.hostPID = true) },
  { checks: ["pdb"], every: 43, first: 11, inject: (app) => ((app.budget.spec as Json).maxUnavailable = 0) },
  { checks: ["rbac"], every: 47, first: 12, inject: (app) => delete app.podSpec.serviceAccountName },
  {
    checks: ["dangling"],
    every: 53,
    first: 13,
    inject: (app) => ((app.service.spec as Json).selector = { app: "nobody" }),
  },
];

const env = ({ container }: App): Json[] => container.env as Json[];

/** How often each check must find something in a folder of so many apps. */
export function injected(apps: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let index = 0; index < apps; index += 1) {
    for (const { checks, every, first } of DEFECTS) {
      if (index % every === first) for (const check of checks) counts.set(check, (counts.get(check) ?? 0) + 1);
    }
  }
  return counts;
}

/** Writes a folder of apps, a file each, and one file of what they share (log agent, alerts). */
export function writeCorpus(folder: string, apps: number): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "shared.yaml"), SHARED.map((object) => stringify(object)).join("---\n"));
  for (let index = 0; index < apps; index += 1) {
    const objects = appOf(index).map((object) => stringify(object));
    writeFileSync(join(folder, `app-${index}.yaml`), objects.join("---\n"));
  }
}

const meta = (name: string): Json => ({ name, namespace: "apps", labels: { app: name } });

function appOf(index: number): readonly Json[] {
  const name = `app-${index}`;
  const labels = { app: name };
  const own = containerOf();
  const spec = podSpecOf(name, own);
  const app: App = {
    container: own,
    podSpec: spec,
    deployment: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: meta(name),
      spec: {
        replicas: 3,
        selector: { matchLabels: labels },
        template: { metadata: { labels, annotations: SCRAPED }, spec },
      },
    },
    service: {
      apiVersion: "v1",
      kind: "Service",
      metadata: meta(name),
      spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "http" }] },
    },
    budget: {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: meta(name),
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
  };
  for (const { every, first, inject } of DEFECTS) if (index % every === first) inject(app);
  const account = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: meta(name),
    automountServiceAccountToken: false,
  };
  return [app.deployment, app.service, app.budget, policyOf(name), account];
}

const SCRAPED = { "prometheus.io/scrape": "true", "prometheus.io/port": "8080", "prometheus.io/path": "/metrics" };

function containerOf(): Json {
  const ready = container();
  return {
    ...ready,
    imagePullPolicy: "Always",
    env: [
      { name: "LOG_FORMAT", value: "json" },
      { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://collector.example.com:4317" },
    ],
    securityContext: { ...(ready.securityContext as Json), runAsUser: 20000, runAsGroup: 20000 },
  };
}

function podSpecOf(name: string, own: Json): Json {
  return { ...podSpec(name), containers: [own] };
}

function policyOf(name: string): Json {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: meta(name),
    spec: {
      podSelector: { matchLabels: { app: name } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "web" } } }], ports: [{ port: 8080 }] }],
      egress: [
        { to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: "UDP" }] },
        { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ port: 4317 }] },
      ],
    },
  };
}

const SHARED: readonly Json[] = [
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "fluent-bit", namespace: "logging" },
    spec: {
      selector: { matchLabels: { app: "fluent-bit" } },
      template: {
        metadata: { labels: { app: "fluent-bit" }, annotations: SCRAPED },
        spec: podSpecOf("fluent-bit", { ...containerOf(), image: "fluent/fluent-bit:3.1.0" }),
      },
    },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "fluent-bit", namespace: "logging" },
    spec: { ...(policyOf("fluent-bit").spec as Json) },
  },
  {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "apps", namespace: "apps" },
    spec: { groups: [{ name: "apps", rules: [{ alert: "AppDown", expr: "up == 0", for: "5m" }] }] },
  },
];
