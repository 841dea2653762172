import { strict as assert } from "node:assert";
import { podTemplate } from "../../../components/agent/pod-template.js";
import { stackConfig } from "../../support/stacks.js";

const { agent } = stackConfig("production");
const template = podTemplate({
  agent,
  environment: "production",
  waitFor: [
    { store: "redis", host: "redis-service", port: 6379 },
    { store: "postgres", host: "postgres-service", port: 5432 },
  ],
  labels: { app: "agent-memory", component: "api", version: "stable" },
  configDigest: "0123",
});
const [container] = template.spec.containers;

describe("pod of the agent (R2)", () => {
  it("has the container agent-api with its ports", () => {
    assert.equal(template.spec.containers.length, 1);
    assert.equal(container!.name, "agent-api");
    assert.deepEqual(container!.ports, [
      { name: "http", containerPort: 8080, protocol: "TCP" },
      { name: "grpc", containerPort: 9090, protocol: "TCP" },
    ]);
  });

  it("requests 500m and 512Mi, and is limited to 2 CPU and 2Gi, in canonical form", () => {
    assert.deepEqual(container!.resources, {
      requests: { cpu: "500m", memory: "512Mi" },
      limits: { cpu: "2", memory: "2Gi" },
    });
  });

  it("writes quantities as the API server does", () => {
    const resources = { requests: { cpu: "1000m", memory: "1024Mi" }, limits: { cpu: "2000m", memory: "2048Mi" } };
    const other = podTemplate({
      agent: { ...agent, resources },
      environment: "x",
      waitFor: [],
      labels: {},
      configDigest: "",
    });
    assert.deepEqual(other.spec.containers[0]!.resources, {
      requests: { cpu: "1", memory: "1Gi" },
      limits: { cpu: "2", memory: "2Gi" },
    });
  });

  it("has exactly the environment of R2", () => {
    assert.deepEqual(container!.env, [
      { name: "ENVIRONMENT", value: "production" },
      { name: "LOG_LEVEL", value: "info" },
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
    ]);
    assert.deepEqual(container!.envFrom, [
      { secretRef: { name: "agent-secrets" } },
      { configMapRef: { name: "agent-config" } },
    ]);
  });

  it("probes liveness, readiness and startup as R2 says", () => {
    const probe = (path: string, timing: readonly [number, number, number, number]) => ({
      httpGet: { path, port: "http" },
      initialDelaySeconds: timing[0],
      periodSeconds: timing[1],
      timeoutSeconds: timing[2],
      failureThreshold: timing[3],
    });
    assert.deepEqual(container!.livenessProbe, probe("/health", [30, 10, 5, 3]));
    assert.deepEqual(container!.readinessProbe, probe("/ready", [5, 5, 3, 3]));
    assert.deepEqual(container!.startupProbe, probe("/health", [10, 5, 1, 30]));
  });

  it("waits for Redis and then PostgreSQL", () => {
    assert.deepEqual(
      template.spec.initContainers.map(({ name, image, command }) => [name, image, command[2]?.split(" do ")[0]]),
      [
        ["wait-for-redis", "busybox:1.37.0", "until nc -w 2 redis-service 6379 </dev/null;"],
        ["wait-for-postgres", "busybox:1.37.0", "until nc -w 2 postgres-service 5432 </dev/null;"],
      ],
    );
  });

  it("mounts the files at /app/config and an empty directory at /tmp", () => {
    assert.deepEqual(container!.volumeMounts, [
      { name: "config", mountPath: "/app/config", readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
    ]);
    assert.deepEqual(template.spec.volumes, [
      { name: "config", configMap: { name: "agent-config-files" } },
      { name: "tmp", emptyDir: { sizeLimit: "1Gi" } },
    ]);
  });

  it("prefers different hosts (100) and spreads over zones (1, schedule anyway)", () => {
    const [term] = template.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution;
    assert.equal(term!.weight, 100);
    assert.equal(term!.podAffinityTerm.topologyKey, "kubernetes.io/hostname");
    const [spread] = template.spec.topologySpreadConstraints;
    assert.equal(spread!.topologyKey, "topology.kubernetes.io/zone");
    assert.equal(spread!.maxSkew, 1);
    assert.equal(spread!.whenUnsatisfiable, "ScheduleAnyway");
  });

  it("is scraped at 8080 /metrics", () => {
    const { annotations } = template.metadata;
    assert.equal(annotations["prometheus.io/scrape"], "true");
    assert.equal(annotations["prometheus.io/port"], "8080");
    assert.equal(annotations["prometheus.io/path"], "/metrics");
  });

  it("passes the restricted Pod Security level in every container", () => {
    for (const { securityContext } of [...template.spec.containers, ...template.spec.initContainers]) {
      assert.equal(securityContext.allowPrivilegeEscalation, false);
      assert.equal(securityContext.runAsNonRoot, true);
      assert.deepEqual(securityContext.capabilities, { drop: ["ALL"] });
      assert.deepEqual(securityContext.seccompProfile, { type: "RuntimeDefault" });
      assert.equal(securityContext.readOnlyRootFilesystem, true);
    }
  });

  it("leaves the endpoints before it stops, and runs as agent-memory-sa without a token", () => {
    assert.deepEqual(container!.lifecycle, { preStop: { sleep: { seconds: 10 } } });
    assert.equal(template.spec.terminationGracePeriodSeconds, 60);
    assert.equal(template.spec.serviceAccountName, "agent-memory-sa");
    assert.equal(template.spec.automountServiceAccountToken, false);
  });

  it("names a pull secret only where one is configured", () => {
    assert.ok(!("imagePullSecrets" in template.spec));
    const other = podTemplate({
      agent: { ...agent, imagePullSecret: "ghcr" },
      environment: "x",
      waitFor: [],
      labels: {},
      configDigest: "",
    });
    assert.deepEqual(other.spec.imagePullSecrets, [{ name: "ghcr" }]);
  });
});
