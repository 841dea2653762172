import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "../config/load.js";
import type { StackConfig } from "../config/schema/stack.js";
import { createVaults } from "./backups/vault.js";
import type { RegionEndpoint, RegionVaults } from "./contracts.js";
import { StoreSecrets } from "./data/credentials.js";
import { DnsZone, Failover } from "./failover/index.js";
import { stackOutputs } from "./outputs.js";
import { Region } from "./region.js";

/** The whole platform: clusters, what spans them, the platform on each, failover between them. */
export function program(): Record<string, unknown> {
  const config = loadConfig();
  const zone = config.failover.dns.enabled ? new DnsZone("dns", { config }) : undefined;
  const regions = config.regions.map((region) => new Region({ region, config }));
  const credentials = new StoreSecrets("stores");
  const vaults = createBackupVaults(config, regions);
  const shared = { credentials, vaults, ...(zone === undefined ? {} : { zone }) };
  const endpoints = regions.map((region) => region.deploy(shared));
  const failover = createFailover(config, { zone, regions, endpoints });
  return stackOutputs({ config, regions, vaults, endpoints, failover, zone });
}

function createBackupVaults(config: StackConfig, regions: readonly Region[]): Readonly<Record<string, RegionVaults>> {
  const providers = Object.fromEntries(regions.map(({ key, cluster }) => [key, cluster.cloudProvider]));
  const { backups, tags } = config;
  return createVaults("vault", { stack: pulumi.getStack(), regions: config.regions, backups, tags, providers });
}

interface Reachable {
  readonly zone: DnsZone | undefined;
  readonly regions: readonly Region[];
  readonly endpoints: readonly RegionEndpoint[];
}

function createFailover(config: StackConfig, { zone, regions, endpoints }: Reachable): Failover {
  const clusters = regions.map(({ cluster }) => cluster);
  // What failover puts into each cluster goes into the agent's namespace, so the regions come first.
  return new Failover(
    "failover",
    { config, endpoints, clusters, ...(zone === undefined ? {} : { zone }) },
    { dependsOn: [...regions] },
  );
}
