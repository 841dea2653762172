import type * as pulumi from "@pulumi/pulumi";
import { stores, type BackupsConfig, type Store } from "../../config/schema/data.js";
import type { RegionConfig } from "../../config/schema/regions.js";
import type { BucketRef } from "../clusters/cluster.js";
import type { RegionVaults } from "../contracts.js";
import { externalBuckets } from "./external-vault.js";
import { GcsVault } from "./gcs-vault.js";
import { createReplication } from "./s3-replication.js";
import { S3Vault } from "./s3-vault.js";

/** What the vault of one region is made from, whatever the cloud. */
export interface VaultArgs {
  /** Key of the region. */
  readonly region: string;
  readonly stack: string;
  readonly backups: BackupsConfig;
  readonly tags: Readonly<Record<string, string>>;
  readonly provider?: pulumi.ProviderResource;
}

export interface VaultsArgs {
  readonly stack: string;
  readonly regions: readonly RegionConfig[];
  readonly backups: BackupsConfig;
  readonly tags: Readonly<Record<string, string>>;
  /** The cloud's provider of each region, by the region's key; none for existing clusters. */
  readonly providers: Readonly<Record<string, pulumi.ProviderResource | undefined>>;
}

interface Vault {
  readonly region: RegionConfig;
  readonly buckets: Readonly<Record<Store, BucketRef>>;
  /** The component, where it is on AWS. */
  readonly s3?: S3Vault;
}

/**
 * The vaults of all regions by key, and who keeps whose copies: each region's backups are copied to the next region's
 * vault, the last one's to the first. A region without a place for backups has none, which the rule book reports.
 */
export function createVaults(name: string, args: VaultsArgs): Readonly<Record<string, RegionVaults>> {
  const vaults = args.regions.flatMap((region) => createVault(`${name}-${region.key}`, region, args) ?? []);
  const byKey: Record<string, RegionVaults> = {};
  vaults.forEach((vault, index) => {
    const { key } = vault.region;
    const target = vaults[(index + 1) % vaults.length];
    const plain = { region: key, buckets: vault.buckets };
    byKey[key] =
      !args.backups.copy || target === undefined || target === vault
        ? plain
        : { ...plain, ...copyTo(`${name}-${key}`, vault, target) };
  });
  return byKey;
}

/** The only place where a vault asks which cloud it is on. */
function createVault(name: string, region: RegionConfig, args: VaultsArgs): Vault | undefined {
  const { stack, backups, tags } = args;
  const common = { region: region.key, stack, backups, tags, provider: args.providers[region.key] };
  switch (region.cloud) {
    case "aws": {
      const s3 = new S3Vault(name, common);
      return { region, buckets: s3.buckets, s3 };
    }
    case "gcp":
      return {
        region,
        buckets: new GcsVault(name, { ...common, project: region.project, location: region.region }).buckets,
      };
    case "existing":
      return region.backupStore === undefined ? undefined : { region, buckets: externalBuckets(region, stores) };
  }
}

/** Within AWS, S3 replicates; everywhere else the platform's job copies. */
function copyTo(name: string, from: Vault, to: Vault): Pick<RegionVaults, "copies" | "copiedBy"> {
  if (from.s3 === undefined || to.s3 === undefined || from.region.cloud !== "aws" || to.region.cloud !== "aws") {
    return { copies: to.buckets, copiedBy: "job" };
  }
  createReplication(name, {
    key: from.region.key,
    source: from.s3,
    target: to.s3,
    regions: { from: from.region.region, to: to.region.region },
  });
  return { copies: to.buckets, copiedBy: "cloud" };
}
