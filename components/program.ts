import * as pulumi from "@pulumi/pulumi";
import { fleetProject } from "../config/fleet.js";
import { loadConfig } from "../config/load.js";
import type { StackConfig } from "../config/schema/stack.js";
import { PipelineAccess } from "./access/index.js";
import { createVaults } from "./backups/vault.js";
import { GkeFleet } from "./clusters/gke/fleet.js";
import type { RegionEndpoint, RegionVaults } from "./contracts.js";
import { StoreSecrets } from "./data/credentials.js";
import { DnsZone, Failover } from "./failover/index.js";
import { stackOutputs } from "./outputs.js";
import { Region } from "./region.js";

/** The whole platform: clusters, what spans them, the platform on each, failover between them. */
export function program(): Record<string, unknown> {
  const config = loadConfig();
  const zone = config.failover.dns.enabled ? new DnsZone("dns", { config }) : undefined;
  const fleet = createFleet(config);
  const regions = config.regions.map((region) => new Region({ region, config, fleet }));
  fleet?.enable(regions.map(({ cluster }) => cluster));
  const credentials = new StoreSecrets("stores");
  const vaults = createBackupVaults(config, regions);
  const shared = { credentials, vaults, ...(zone === undefined ? {} : { zone }) };
  const endpoints = regions.map((region) => region.deploy(shared));
  const failover = createFailover(config, { zone, fleet, regions, endpoints });
  const access = createPipelineAccess(config, regions);
  return stackOutputs({ access, config, regions, vaults, endpoints, failover, zone });
}

function createFleet({ regions, environment, tags }: StackConfig): GkeFleet | undefined {
  const project = fleetProject(regions);
  if (project === undefined) return undefined;
  const adoptsNetwork = regions.some((region) => region.cloud === "gcp" && region.network.existing !== undefined);
  return new GkeFleet("fleet", { stack: pulumi.getStack(), environment, tags, project, adoptsNetwork });
}

function createBackupVaults(config: StackConfig, regions: readonly Region[]): Readonly<Record<string, RegionVaults>> {
  const providers = Object.fromEntries(regions.map(({ key, cluster }) => [key, cluster.cloudProvider]));
  const { backups, tags } = config;
  return createVaults("vault", { stack: pulumi.getStack(), regions: config.regions, backups, tags, providers });
}

/** Who may preview and deploy from a pipeline; made where the configuration names a repository. */
function createPipelineAccess(config: StackConfig, regions: readonly Region[]): PipelineAccess | undefined {
  if (config.access.github === undefined) return undefined;
  const providers = Object.fromEntries(regions.map(({ key, cluster }) => [key, cluster.cloudProvider]));
  const ready = Object.fromEntries(regions.map(({ key, cluster }) => [key, cluster.ready]));
  const { access, regions: configured } = config;
  const { bucketPrefix } = config.backups;
  const stack = pulumi.getStack();
  return new PipelineAccess("access", { stack, access, bucketPrefix, regions: configured, providers, ready });
}

interface Reachable {
  readonly zone: DnsZone | undefined;
  readonly fleet: GkeFleet | undefined;
  readonly regions: readonly Region[];
  readonly endpoints: readonly RegionEndpoint[];
}

function createFailover(config: StackConfig, { zone, fleet, regions, endpoints }: Reachable): Failover {
  const clusters = regions.map(({ cluster }) => cluster);
  // What failover puts into each cluster goes into the agent's namespace, and some kinds come with the fleet.
  return new Failover(
    "failover",
    { config, endpoints, clusters, ...(zone === undefined ? {} : { zone }) },
    { dependsOn: [...regions, ...(fleet === undefined ? [] : [fleet])] },
  );
}
