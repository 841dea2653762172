import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { ExitCode, PlatformError } from "../../common/errors.js";
import type { RegionEndpoint } from "../contracts.js";
import type { DnsPlan, HealthCheckPlan, RecordPlan } from "./record-plan.js";
import type { SwitchBucket } from "./switch.js";
import type { DnsZone } from "./zone.js";

export interface DnsArgs {
  readonly name: string;
  readonly plan: DnsPlan;
  readonly zone: DnsZone;
  readonly endpoints: readonly RegionEndpoint[];
  readonly switches: readonly SwitchBucket[];
  readonly parent: pulumi.Resource;
}

/** Ids of Route 53's health checks, by the plan's ids. */
export type HealthCheckIds = ReadonlyMap<string, pulumi.Output<string>>;

/** What was planned together was made together; anything else is a fault of the program. */
function find<T>(what: string, found: T | undefined): T {
  if (found !== undefined) return found;
  throw new PlatformError(`the DNS plan names ${what}, which does not exist`, ExitCode.error);
}

function question(
  { asks }: HealthCheckPlan,
  switches: readonly SwitchBucket[],
): { fqdn: pulumi.Input<string>; resourcePath: pulumi.Input<string> } {
  if (asks.kind === "endpoint") return { fqdn: asks.host, resourcePath: asks.path };
  const bucket = find(
    `a switch in ${asks.bucketRegion}`,
    switches.find(({ region }) => region === asks.bucketRegion),
  );
  return { fqdn: bucket.host, resourcePath: bucket.path(asks.region) };
}

function createChecks({ name, plan, zone, switches, parent }: DnsArgs): HealthCheckIds {
  const options = { parent, provider: zone.provider };
  const asking = plan.checks.map((check): [string, pulumi.Output<string>] => {
    const resource = new aws.route53.HealthCheck(
      `${name}-${check.id}`,
      {
        type: "HTTPS",
        ...question(check, switches),
        port: 443,
        enableSni: true,
        requestInterval: plan.intervalSeconds,
        failureThreshold: plan.failures,
        invertHealthcheck: check.inverted,
        tags: { Name: check.id },
      },
      options,
    );
    return [check.id, resource.id];
  });
  const leaves = new Map(asking);
  const counting = plan.calculated.map((check): [string, pulumi.Output<string>] => {
    const resource = new aws.route53.HealthCheck(
      `${name}-${check.id}`,
      {
        type: "CALCULATED",
        childHealthchecks: check.children.map((child) => find(`check ${child}`, leaves.get(child))),
        childHealthThreshold: check.threshold,
        tags: { Name: check.id },
      },
      options,
    );
    return [check.id, resource.id];
  });
  return new Map([...asking, ...counting]);
}

function routingOf(record: RecordPlan): Partial<aws.route53.RecordArgs> {
  switch (record.routing.kind) {
    case "simple":
      return {};
    case "failover":
      return { setIdentifier: record.id, failoverRoutingPolicies: [{ type: record.routing.role }] };
    case "weighted":
      return { setIdentifier: record.id, weightedRoutingPolicies: [{ weight: record.routing.weight }] };
  }
}

function createRecord(args: DnsArgs, record: RecordPlan, checks: HealthCheckIds): void {
  const { name, plan, zone, endpoints, parent } = args;
  const { target } = record;
  const value =
    target.kind === "name"
      ? target.name
      : find(
          `region ${target.region}`,
          endpoints.find(({ key }) => key === target.region),
        ).address;
  new aws.route53.Record(
    `${name}-${record.id}`,
    {
      zoneId: zone.zoneId,
      name: record.name,
      type: record.type,
      ttl: plan.ttlSeconds,
      records: [value],
      ...routingOf(record),
      healthCheckId: record.check === undefined ? undefined : find(`check ${record.check}`, checks.get(record.check)),
    },
    { parent, provider: zone.provider },
  );
}

/** Turns the plan into health checks and records; answers the checks' ids. */
export function createDns(args: DnsArgs): HealthCheckIds {
  const checks = createChecks(args);
  for (const record of args.plan.records) createRecord(args, record, checks);
  return checks;
}
