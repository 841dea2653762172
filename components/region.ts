import * as pulumi from "@pulumi/pulumi";
import type { RegionConfig } from "../config/schema/regions.js";
import type { StackConfig } from "../config/schema/stack.js";
import { AgentService } from "./agent/agent-service.js";
import type { ClusterTarget } from "./clusters/cluster.js";
import { createCluster } from "./clusters/create.js";
import type { StoreCredentials, StoreEndpoint } from "./contracts.js";
import { createAgentNamespace } from "./namespace.js";
import { Traffic } from "./traffic/traffic.js";
import type { Store } from "../config/schema/data.js";

/** Inputs of {@link Region}. */
export interface RegionArgs {
  readonly region: RegionConfig;
  readonly config: StackConfig;
}

/** What spans the regions and each of them needs. */
export interface Shared {
  readonly credentials: StoreCredentials;
}

const endpoints: Record<Store, StoreEndpoint> = {
  postgres: {
    store: "postgres",
    host: "postgres-service",
    port: 5432,
    podLabels: { "agent-platform.io/store": "postgres" },
  },
  redis: { store: "redis", host: "redis-service", port: 6379, podLabels: { "agent-platform.io/store": "redis" } },
  vector: { store: "vector", host: "vector-service", port: 8080, podLabels: { "agent-platform.io/store": "vector" } },
};

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
    const { environment, tags } = args.config;
    this.cluster = createCluster(args.region, { stack: pulumi.getStack(), environment, tags }, { parent: this });
    this.registerOutputs({});
  }

  /** Add-ons, stores, service and traffic, in the order in which they need each other. */
  deploy(shared: Shared): void {
    const { config } = this.args;
    const { cluster } = this;
    const namespace = createAgentNamespace(`${this.key}-namespace`, config.agent.namespace, {
      parent: this,
      provider: cluster.provider,
      dependsOn: [...cluster.ready],
    });
    const opts = { parent: this, dependsOn: [namespace] };
    const agent = new AgentService(
      `${this.key}-agent`,
      { cluster, config, stores: endpoints, credentials: shared.credentials },
      opts,
    );
    new Traffic(
      `${this.key}-traffic`,
      { cluster, agent: config.agent, traffic: config.traffic, routes: agent.plan.routes },
      opts,
    );
  }
}
