import type * as pulumi from "@pulumi/pulumi";
import { recoveryPlanIds, recoveryTable } from "../../config/recovery-table.js";
import type { StackConfig } from "../../config/schema/stack.js";
import { storeWorkloads } from "../data/names.js";
import { regionHost } from "./names.js";

/** A bucket's path, with the server where that is not the cloud's own. */
export interface Place {
  readonly uri: pulumi.Input<string>;
  readonly endpoint?: string;
}

/** What of the stack is known once it is deployed. */
export interface DeployedParts {
  /** Switch bucket of each region that has one. */
  readonly switches: Readonly<Record<string, pulumi.Output<string>>>;
  /** Ids of the health checks, by what they check. */
  readonly healthChecks: Readonly<Record<string, pulumi.Output<string>>>;
  /** Place of each region's PostgreSQL backups. */
  readonly postgresBackups: Readonly<Record<string, Place>>;
  readonly zoneId?: pulumi.Output<string>;
}

const leaseServer = ({ leaseEndpoint }: StackConfig["failover"]): { readonly endpoint?: string } =>
  leaseEndpoint === undefined ? {} : { endpoint: leaseEndpoint };

/** Claims, approvals and records lie beside the lease where the configuration names no place of their own. */
function controlPlace({ failover, recovery }: StackConfig): Place | undefined {
  if (recovery.controlUrl !== undefined) return { uri: recovery.controlUrl.replace(/\/+$/, "") };
  const beside = failover.leaseUrl?.replace(/\/[^/]+$/, "/recovery");
  return beside === undefined ? undefined : { uri: beside, ...leaseServer(failover) };
}

function regionSites(config: StackConfig, parts: DeployedParts): Record<string, object> {
  const { traffic, failover, data, agent } = config;
  // Replicas that carry all traffic: what the service starts with, and never falls below.
  const replicas = Math.max(agent.replicas, agent.autoscaling.minReplicas);
  const sites = config.regions.map(({ key }) => {
    const switchUri = parts.switches[key];
    const healthCheck = parts.healthChecks[`${key}-endpoint`];
    const site = {
      ...(failover.dns.enabled ? { url: `https://${regionHost(traffic.host, key)}` } : {}),
      ...(switchUri === undefined ? {} : { switch: { uri: switchUri } }),
      ...(healthCheck === undefined ? {} : { healthCheck }),
      ...(data.postgres.external === undefined
        ? { database: { kind: "cloudnativepg", cluster: storeWorkloads.postgres } }
        : {}),
      replicas,
    };
    return [key, site] as const;
  });
  return Object.fromEntries(sites);
}

/**
 * Everything that `recover --stack` must know of the stack, in the words of its site file; kubeconfigs are an output of
 * their own. It holds no secret: what carries a token is named, and read from the environment of whoever recovers.
 */
export function recoverySite(config: StackConfig, stack: string, parts: DeployedParts): Record<string, unknown> {
  const { agent, failover, recovery, traffic } = config;
  const primary = config.regions.find(({ role }) => role === "primary")?.key ?? "";
  const control = controlPlace(config);
  const postgres = parts.postgresBackups[primary];
  const plans = recoveryPlanIds.map((id) => {
    const { section } = recoveryTable[id];
    return [id, { ...recovery[section], contacts: recovery.contacts[section] }];
  });
  return {
    stack,
    namespace: agent.namespace,
    service: agent.name,
    publicUrl: `https://${traffic.host}`,
    healthPath: failover.dns.healthPath,
    detection: { intervalSeconds: failover.dns.intervalSeconds, failures: failover.dns.failures },
    ttlSeconds: failover.dns.ttlSeconds,
    primary,
    regions: regionSites(config, parts),
    ...(control === undefined ? {} : { control }),
    ...(failover.leaseUrl === undefined ? {} : { lease: { uri: failover.leaseUrl, ...leaseServer(failover) } }),
    backups: postgres === undefined ? {} : { postgres },
    ...(parts.zoneId === undefined ? {} : { dns: { zoneId: parts.zoneId } }),
    plans: Object.fromEntries(plans),
    notifications: recovery.notifications,
    escalateAfterMinutes: recovery.escalateAfterMinutes,
  };
}
