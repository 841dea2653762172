import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/schema/stack.js";

export interface DnsZoneArgs {
  readonly config: StackConfig;
}

/**
 * Zone of the public hosts, made or adopted. It comes before the regions, whose certificates are proved in it, and is
 * protected in production: a new zone has new name servers, and the delegation would point nowhere.
 */
export class DnsZone extends pulumi.ComponentResource {
  /** Provider for Route 53, a global service that is signed for in us-east-1. */
  readonly provider: aws.Provider;
  readonly zone: string;
  readonly zoneId: pulumi.Output<string>;
  /** Name servers to delegate to; empty for an adopted zone, which is delegated already. */
  readonly nameServers: pulumi.Output<string[]>;

  constructor(name: string, { config }: DnsZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:failover:DnsZone", name, {}, opts);
    const { zone, existingZoneId } = config.failover.dns;
    this.zone = zone;
    this.provider = new aws.Provider(
      `${name}-aws`,
      { region: "us-east-1", defaultTags: { tags: { ...config.tags } } },
      { parent: this },
    );
    const created = existingZoneId === undefined ? this.createZone(name, config) : undefined;
    this.zoneId = created?.zoneId ?? pulumi.output(existingZoneId ?? "");
    this.nameServers = created?.nameServers ?? pulumi.output<string[]>([]);
    this.registerOutputs({ zoneId: this.zoneId, nameServers: this.nameServers });
  }

  private createZone(name: string, { environment, failover }: StackConfig): aws.route53.Zone {
    return new aws.route53.Zone(
      `${name}-zone`,
      { name: failover.dns.zone, comment: "agent platform: public hosts and their failover", forceDestroy: false },
      { parent: this, provider: this.provider, protect: environment === "production" },
    );
  }
}
