import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "../config/load.js";
import type { StackConfig } from "../config/schema/stack.js";
import { createVaults } from "./backups/vault.js";
import type { RegionVaults } from "./contracts.js";
import { StoreSecrets } from "./data/credentials.js";
import { Region } from "./region.js";

/** The whole platform: clusters, what spans them, the platform on each, failover between them. */
export function program(): Record<string, unknown> {
  const config = loadConfig();
  const regions = config.regions.map((region) => new Region({ region, config }));
  const credentials = new StoreSecrets("stores");
  const vaults = createBackupVaults(config, regions);
  for (const region of regions) region.deploy({ credentials, vaults });
  return outputsOf(regions, vaults);
}

function createBackupVaults(config: StackConfig, regions: readonly Region[]): Readonly<Record<string, RegionVaults>> {
  const providers = Object.fromEntries(regions.map(({ key, cluster }) => [key, cluster.cloudProvider]));
  const { backups, tags } = config;
  return createVaults("vault", { stack: pulumi.getStack(), regions: config.regions, backups, tags, providers });
}

/** The stack's outputs, which `operations/` and pipelines read: a contract, described in docs/operating.md. */
function outputsOf(
  regions: readonly Region[],
  vaults: Readonly<Record<string, RegionVaults>>,
): Record<string, unknown> {
  const byRegion = <T>(pick: (region: Region) => T): Record<string, T> =>
    Object.fromEntries(regions.map((region) => [region.key, pick(region)]));
  return {
    regions: byRegion(({ cluster }) => ({ cloud: cluster.cloud, region: cluster.region, role: cluster.role })),
    kubeconfigs: byRegion(({ cluster }) => pulumi.secret(cluster.kubeconfig)),
    backupBuckets: byRegion(({ key }) => {
      const buckets = vaults[key]?.buckets;
      return buckets && Object.fromEntries(Object.entries(buckets).map(([store, bucket]) => [store, bucket.uri]));
    }),
  };
}
