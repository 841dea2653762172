import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/schema/stack.js";
import type { ClusterTarget } from "../clusters/cluster.js";
import type { RegionEndpoint } from "../contracts.js";
import { createCustomResource } from "../custom-resource.js";
import { createDns, type HealthCheckIds } from "./dns.js";
import { haConfig, multiClusterServiceSpec, recoveryPlans, serviceExportApi } from "./objects.js";
import { LeaseKeeper } from "./lease-keeper.js";
import { planRecords } from "./record-plan.js";
import { createSwitches, type SwitchBucket } from "./switch.js";
import type { DnsZone } from "./zone.js";

export { DnsZone } from "./zone.js";

export interface FailoverArgs {
  readonly config: StackConfig;
  /** Where the records are made; absent where DNS is somebody else's. */
  readonly zone?: DnsZone;
  readonly endpoints: readonly RegionEndpoint[];
  readonly clusters: readonly ClusterTarget[];
  /** Service of the agent that other clusters may reach; the configured name of the workload by default. */
  readonly serviceName?: string;
}

/** What holds the regions together: DNS with its health checks and switch, and what each cluster knows of the others. */
export class Failover extends pulumi.ComponentResource {
  /** Ids of the health checks, by what they check: `<region>-endpoint`, `<region>-serves`, … */
  readonly healthChecks: Readonly<Record<string, pulumi.Output<string>>>;
  /** URLs of the switch buckets, by region. */
  readonly switches: Readonly<Record<string, pulumi.Output<string>>>;
  private readonly label: string;

  constructor(name: string, args: FailoverArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:failover:Failover", name, {}, opts);
    this.label = name;
    const { checks, switches } = this.createRecords(args);
    for (const cluster of args.clusters) {
      this.createObjects(args, cluster);
      LeaseKeeper.forStack(`${name}-lease-keeper`, args.config, { cluster, parent: this });
    }
    this.healthChecks = Object.fromEntries(checks);
    this.switches = Object.fromEntries(switches.map(({ region, uri }) => [region, uri]));
    this.registerOutputs({ healthChecks: this.healthChecks, switches: this.switches });
  }

  private createRecords({ config, zone, endpoints, clusters }: FailoverArgs): {
    readonly checks: HealthCheckIds;
    readonly switches: readonly SwitchBucket[];
  } {
    if (zone === undefined) return { checks: new Map(), switches: [] };
    const common = { name: this.label, parent: this };
    const switches =
      config.regions.length > 1 ? createSwitches({ ...common, config, clusters, dnsProvider: zone.provider }) : [];
    const checks = createDns({ ...common, plan: planRecords(config, endpoints), zone, endpoints, switches });
    return { checks, switches };
  }

  private createObjects({ config, serviceName }: FailoverArgs, cluster: ClusterTarget): void {
    const { namespace } = config.agent;
    const service = serviceName ?? config.agent.name;
    const options = { parent: this, provider: cluster.provider };
    const configMap = (name: string, data: Readonly<Record<string, string>>): void => {
      new k8s.core.v1.ConfigMap(
        `${this.label}-${name}-${cluster.key}`,
        { metadata: { name, namespace }, data: { ...data } },
        options,
      );
    };
    configMap("ha-config", haConfig(config));
    configMap("recovery-plans", { "plans.json": JSON.stringify(recoveryPlans(config), undefined, 2) });
    createCustomResource(
      `${this.label}-service-export-${cluster.key}`,
      { apiVersion: serviceExportApi(cluster), kind: "ServiceExport", name: service, namespace },
      options,
    );
    if (cluster.fleetMembership !== undefined && cluster.role === "primary") {
      createCustomResource(
        `${this.label}-multi-cluster-service-${cluster.key}`,
        {
          apiVersion: "networking.gke.io/v1",
          kind: "MultiClusterService",
          name: service,
          namespace,
          spec: multiClusterServiceSpec,
        },
        options,
      );
    }
  }
}
