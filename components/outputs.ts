import * as pulumi from "@pulumi/pulumi";
import type { PipelineAccess } from "./access/index.js";
import type { StackConfig } from "../config/schema/stack.js";
import type { RegionEndpoint, RegionVaults } from "./contracts.js";
import { vaultPath } from "./backups/location.js";
import type { DnsZone, Failover } from "./failover/index.js";
import { recoverySite, type Place } from "./failover/recovery-site.js";
import type { Region } from "./region.js";

export interface OutputsArgs {
  readonly config: StackConfig;
  readonly regions: readonly Region[];
  readonly vaults: Readonly<Record<string, RegionVaults>>;
  readonly endpoints: readonly RegionEndpoint[];
  readonly failover: Failover;
  readonly zone: DnsZone | undefined;
  readonly access: PipelineAccess | undefined;
}

/** The stack's outputs, which `operations/` and pipelines read: a contract, described in docs/operating.md. */
export function stackOutputs({
  config,
  regions,
  vaults,
  endpoints,
  failover,
  zone,
  access,
}: OutputsArgs): Record<string, unknown> {
  return {
    hosts: { public: config.traffic.host, canary: config.traffic.canaryHost, preview: config.traffic.previewHost },
    regions: byKey(regions, ({ cluster: { cloud, region, role } }) => ({ cloud, region, role })),
    endpoints: byKey(endpoints, ({ address }) => address),
    kubeconfigs: byKey(regions, ({ cluster }) => pulumi.secret(cluster.kubeconfig)),
    backupBuckets: byKey(regions, ({ key }) => bucketsOf(vaults[key])),
    healthChecks: failover.healthChecks,
    switches: failover.switches,
    nameServers: zone?.nameServers ?? [],
    recovery: recoverySite(config, pulumi.getStack(), {
      switches: failover.switches,
      healthChecks: failover.healthChecks,
      postgresBackups: postgresBackups(vaults),
      ...(zone === undefined ? {} : { zoneId: zone.zoneId }),
    }),
    ...(access === undefined ? {} : { pipelines: access.identities }),
  };
}

function byKey<T extends { readonly key: string }, R>(items: readonly T[], pick: (item: T) => R): Record<string, R> {
  return Object.fromEntries(items.map((item) => [item.key, pick(item)]));
}

function bucketsOf(vaults: RegionVaults | undefined): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(Object.entries(vaults?.buckets ?? {}).map(([store, bucket]) => [store, bucket.uri]));
}

function postgresBackups(vaults: Readonly<Record<string, RegionVaults>>): Record<string, Place> {
  const places = Object.entries(vaults).map(
    ([
      key,
      {
        buckets: { postgres },
      },
    ]): [string, Place] => {
      const { endpoint } = postgres;
      return [key, { uri: vaultPath(postgres, key), ...(endpoint === undefined ? {} : { endpoint }) }];
    },
  );
  return Object.fromEntries(places);
}
