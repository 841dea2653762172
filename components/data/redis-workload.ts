import { createHash } from "node:crypto";
import type { types } from "@pulumi/kubernetes";
import { canonicalBytes, parseQuantity } from "../../common/quantity.js";
import type { DataConfig } from "../../config/schema/data.js";
import { storeLabels, storeSecrets, storeWorkloads } from "./names.js";
import {
  containerSecurity,
  guaranteed,
  outsideMesh,
  podSecurity,
  scrapeAnnotations,
  secretEnv,
  spread,
} from "./pod.js";

type RedisConfig = DataConfig["redis"];

export const redisMetricsPort = 9121;
export const redisConfigName = "redis-config";
/** User of the official images. */
const redisUser = 999;

/**
 * Settings that are not secret: an append-only file synced each second, and no eviction, since Redis is a store here.
 * A quarter of the memory is left for the copy on write of a background save.
 */
export function redisConf(config: RedisConfig): string {
  const megabytes = Math.floor(((parseQuantity(config.memory) ?? 0) * 0.75) / 2 ** 20);
  return [
    "bind * -::*",
    "port 6379",
    "dir /data",
    "appendonly yes",
    "appendfsync everysec",
    "aof-use-rdb-preamble yes",
    "save 900 1 300 100",
    `maxmemory ${megabytes}mb`,
    "maxmemory-policy noeviction",
    "include /etc/redis/secret/auth.conf",
    "",
  ].join("\n");
}

/** Part of the pod template, so that changed settings restart the pod: Redis reads them at start only. */
function configHash(config: RedisConfig): string {
  return createHash("sha256").update(redisConf(config)).digest("hex").slice(0, 16);
}

const ping = { exec: { command: ["sh", "-c", 'test "$(redis-cli ping)" = PONG'] } };

function redisContainer(config: RedisConfig): types.input.core.v1.Container {
  return {
    name: "redis",
    image: config.image,
    args: ["redis-server", "/etc/redis/config/redis.conf"],
    ports: [{ name: "redis", containerPort: 6379, protocol: "TCP" }],
    // redis-cli of the probes; the server reads its password from a file.
    env: [secretEnv("REDISCLI_AUTH", storeSecrets.redis.name, storeSecrets.redis.key)],
    resources: guaranteed(config),
    securityContext: containerSecurity,
    // Loading a large file takes its time: ten minutes before the liveness probe may judge.
    startupProbe: { ...ping, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 120 },
    readinessProbe: { ...ping, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 },
    livenessProbe: { tcpSocket: { port: "redis" }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    volumeMounts: [
      { name: "data", mountPath: "/data" },
      { name: "config", mountPath: "/etc/redis/config", readOnly: true },
      { name: "secret", mountPath: "/etc/redis/secret", readOnly: true },
    ],
  };
}

function exporterContainer(config: RedisConfig): types.input.core.v1.Container {
  return {
    name: "metrics",
    image: config.exporterImage,
    ports: [{ name: "metrics", containerPort: redisMetricsPort, protocol: "TCP" }],
    env: [
      { name: "REDIS_ADDR", value: "redis://localhost:6379" },
      secretEnv("REDIS_PASSWORD", storeSecrets.redis.name, storeSecrets.redis.key),
    ],
    resources: guaranteed({ cpu: "100m", memory: "64Mi" }),
    securityContext: containerSecurity,
    readinessProbe: { httpGet: { path: "/health", port: "metrics" }, periodSeconds: 10 },
    livenessProbe: { httpGet: { path: "/health", port: "metrics" }, periodSeconds: 30 },
  };
}

/** Redis 7 as a StatefulSet of one: the one writer, whose append-only file survives its pod. */
export function redisStatefulSetSpec(config: RedisConfig, storageClass: string): types.input.apps.v1.StatefulSetSpec {
  const labels = storeLabels("redis");
  return {
    serviceName: "redis-headless",
    replicas: config.replicas,
    selector: { matchLabels: labels },
    template: {
      metadata: {
        labels: { ...labels, ...outsideMesh },
        annotations: { ...scrapeAnnotations(redisMetricsPort), "agent-platform.io/config": configHash(config) },
      },
      spec: {
        serviceAccountName: storeWorkloads.redis,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: podSecurity(redisUser),
        terminationGracePeriodSeconds: 120,
        topologySpreadConstraints: spread(labels),
        containers: [redisContainer(config), exporterContainer(config)],
        volumes: [
          { name: "config", configMap: { name: redisConfigName } },
          { name: "secret", secret: { secretName: storeSecrets.redis.name } },
        ],
      },
    },
    // The data outlives the StatefulSet, whatever deletes it.
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    volumeClaimTemplates: [
      {
        metadata: { name: "data", labels },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: storageClass,
          resources: { requests: { storage: canonicalBytes(config.storage) } },
        },
      },
    ],
  };
}
