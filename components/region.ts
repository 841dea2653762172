import * as pulumi from "@pulumi/pulumi";
import type { RegionConfig } from "../config/schema/regions.js";
import type { StackConfig } from "../config/schema/stack.js";
import { AddOns } from "./addons/index.js";
import type { ChallengeZone } from "./addons/cert-manager.js";
import { AgentService } from "./agent/agent-service.js";
import type { ClusterTarget } from "./clusters/cluster.js";
import { createCluster } from "./clusters/create.js";
import type { Fleet } from "./clusters/scope.js";
import type { RegionEndpoint, RegionVaults, StoreCredentials } from "./contracts.js";
import { DataStores } from "./data/stores.js";
import { regionHost } from "./failover/names.js";
import { createAgentNamespace } from "./namespace.js";
import { Observability } from "./observability/index.js";
import { Traffic } from "./traffic/traffic.js";

/** Inputs of {@link Region}. */
export interface RegionArgs {
  readonly region: RegionConfig;
  readonly config: StackConfig;
  /** Fleet that the region's cluster joins; absent where the stack forms none. */
  readonly fleet?: Fleet | undefined;
}

/** What spans the regions and each of them needs. */
export interface SharedResources {
  readonly credentials: StoreCredentials;
  /** Backup buckets of every region that has some, by the region's key. */
  readonly vaults: Readonly<Record<string, RegionVaults>>;
  /** Zone in which certificates are proved; absent where DNS is somebody else's. */
  readonly zone?: ChallengeZone;
}

/**
 * One region of the stack: its cluster at once, and the platform on it by {@link deploy}, once what spans the regions
 * is there.
 */
export class Region extends pulumi.ComponentResource {
  readonly key: string;
  readonly cluster: ClusterTarget;

  constructor(
    private readonly args: RegionArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("agent-platform:region:Region", args.region.key, {}, opts);
    this.key = args.region.key;
    this.cluster = this.createCluster();
    this.registerOutputs({ kubeconfig: this.cluster.kubeconfig });
  }

  /**
   * Add-ons, stores, the service, its traffic and what watches them, in the order in which they need each other.
   * @returns what DNS must know of the region.
   */
  deploy(shared: SharedResources): RegionEndpoint {
    const { config } = this.args;
    const { cluster } = this;
    const addons = this.createAddOns(shared.zone);
    // It waits for the add-ons, and whatever is in it waits for it.
    const namespace = this.createNamespace(addons.ready);
    const stores = this.createStores(shared, [namespace]);
    const opts = { parent: this, dependsOn: [namespace] };
    const agent = new AgentService(
      `${this.key}-agent`,
      { cluster, config, stores: stores.endpoints, credentials: shared.credentials },
      opts,
    );
    new Traffic(
      `${this.key}-traffic`,
      {
        cluster,
        agent: config.agent,
        traffic: config.traffic,
        routes: agent.plan.routes,
        delivery: agent.delivery,
        ...(config.failover.dns.enabled ? { ownHost: regionHost(config.traffic.host, this.key) } : {}),
      },
      opts,
    );
    new Observability(`${this.key}-observability`, { cluster, config, addonsReady: addons.ready }, { parent: this });
    return this.endpoint(addons.ingressAddress);
  }

  private endpoint(address: pulumi.Output<string>): RegionEndpoint {
    const { key, cloud, region, role, weight, loadBalancer } = this.cluster;
    return { key, cloud, region, role, weight, address, gives: loadBalancer.gives };
  }

  private createAddOns(zone: ChallengeZone | undefined): AddOns {
    return new AddOns(
      `${this.key}-addons`,
      { cluster: this.cluster, config: this.args.config, ...(zone === undefined ? {} : { zone }) },
      { parent: this, dependsOn: [...this.cluster.ready] },
    );
  }

  private createCluster(): ClusterTarget {
    const { config, region, fleet } = this.args;
    const gcpProject = config.regions.find((other) => other.cloud === "gcp")?.project;
    return createCluster(
      region,
      {
        stack: pulumi.getStack(),
        environment: config.environment,
        tags: config.tags,
        ...(fleet === undefined ? {} : { fleet }),
        ...(gcpProject === undefined ? {} : { gcpProject }),
      },
      { parent: this },
    );
  }

  private createNamespace(addonsReady: readonly pulumi.Resource[]): pulumi.Resource {
    // Pods get their proxy at creation, so the mesh's webhook comes before the namespace.
    const opts = { parent: this, provider: this.cluster.provider, dependsOn: [...addonsReady] };
    return createAgentNamespace(`${this.key}-namespace`, this.args.config.agent.namespace, opts);
  }

  private createStores({ credentials, vaults }: SharedResources, addonsReady: readonly pulumi.Resource[]): DataStores {
    const { agent, addons, backups, data, observability, regions } = this.args.config;
    const primary = regions.find((region) => region.role === "primary")?.key ?? "";
    return new DataStores(
      `${this.key}-data`,
      {
        cluster: this.cluster,
        namespace: agent.namespace,
        config: data,
        backups,
        vaults: vaults[this.key],
        primaryVaults: vaults[primary],
        credentials,
        addonsReady,
        metricsNamespace: observability.namespace,
        operatorNamespace: addons.cloudNativePg.namespace,
      },
      { parent: this },
    );
  }
}
