import type { StackConfig } from "../../config/schema/stack.js";
import type { RegionEndpoint } from "../contracts.js";
import { regionHost, standbyHost } from "./names.js";

/** What the plan needs to know of a region: all of its endpoint but the address, which the cloud gives. */
export type PlannedRegion = Omit<RegionEndpoint, "address">;

/** A health check of Route 53 that asks something. */
export interface HealthCheckPlan {
  readonly id: string;
  readonly asks:
    | { readonly kind: "endpoint"; readonly host: string; readonly path: string }
    /** The object that throws the switch of `region`, in the bucket that `bucketRegion` holds. */
    | { readonly kind: "switch"; readonly region: string; readonly bucketRegion: string };
  /** Healthy where the answer is bad: the switch is not thrown. */
  readonly inverted: boolean;
}

/** A health check that counts the healthy among others. */
export interface CalculatedCheckPlan {
  readonly id: string;
  readonly children: readonly string[];
  /** How many children must be healthy: all of them is AND, one is OR. */
  readonly threshold: number;
}

export type RecordTarget =
  { readonly kind: "address"; readonly region: string } | { readonly kind: "name"; readonly name: string };

export type Routing =
  | { readonly kind: "simple" }
  | { readonly kind: "failover"; readonly role: "PRIMARY" | "SECONDARY" }
  | { readonly kind: "weighted"; readonly weight: number };

export interface RecordPlan {
  readonly id: string;
  readonly name: string;
  readonly type: "CNAME" | "A";
  readonly target: RecordTarget;
  readonly routing: Routing;
  /** Id of the check that decides whether the record is answered; absent: always. */
  readonly check?: string;
}

export interface DnsPlan {
  readonly ttlSeconds: number;
  readonly intervalSeconds: number;
  readonly failures: number;
  readonly checks: readonly HealthCheckPlan[];
  readonly calculated: readonly CalculatedCheckPlan[];
  readonly records: readonly RecordPlan[];
}

type Answers = Pick<DnsPlan, "checks" | "calculated" | "records">;

const name = (target: string): RecordTarget => ({ kind: "name", name: target });

function endpointCheck(config: StackConfig, key: string): HealthCheckPlan {
  const host = regionHost(config.traffic.host, key);
  return {
    id: `${key}-endpoint`,
    asks: { kind: "endpoint", host, path: config.failover.dns.healthPath },
    inverted: false,
  };
}

/** One check a bucket: the switch can be thrown in any region, since the one that fails may be the one that holds it. */
function switchChecks(key: string, buckets: readonly string[], inverted: boolean): HealthCheckPlan[] {
  return buckets.map((bucketRegion) => ({
    id: `${key}-switch-${inverted ? "open" : "thrown"}-${bucketRegion}`,
    asks: { kind: "switch", region: key, bucketRegion },
    inverted,
  }));
}

const all = (id: string, children: readonly HealthCheckPlan[]): CalculatedCheckPlan => ({
  id,
  children: children.map((child) => child.id),
  threshold: children.length,
});
const any = (id: string, children: readonly HealthCheckPlan[]): CalculatedCheckPlan => ({
  ...all(id, children),
  threshold: 1,
});

/** Names of the regions themselves: an alias of a load balancer's name, or its address. */
function regionRecords(config: StackConfig, regions: readonly PlannedRegion[]): RecordPlan[] {
  return regions.map((region) => ({
    id: `region-${region.key}`,
    name: regionHost(config.traffic.host, region.key),
    type: region.gives === "ip" ? "A" : "CNAME",
    target: { kind: "address", region: region.key },
    routing: { kind: "simple" },
  }));
}

/** Canary and preview hosts go where the public host goes. */
function sideRecords({ traffic }: StackConfig): RecordPlan[] {
  return (["canary", "preview"] as const).map((side) => ({
    id: side,
    name: side === "canary" ? traffic.canaryHost : traffic.previewHost,
    type: "CNAME",
    target: name(traffic.host),
    routing: { kind: "simple" },
  }));
}

/**
 * Active-passive: a chain of failover records, because Route 53 knows one PRIMARY and one SECONDARY a name. Each level
 * answers its own region while that is healthy and its switch not thrown; else the rest of the chain.
 *
 * The rest counts as healthy where any of its endpoints is, or where the switch was thrown: an operator's word holds
 * even while the standby's check still fails. With neither, both records are unhealthy, Route 53 treats all as healthy,
 * and the answer stays with the upper region: a health check that fails everywhere does not move the traffic.
 */
function failoverChain(config: StackConfig, regions: readonly PlannedRegion[], buckets: readonly string[]): Answers {
  const { host } = config.traffic;
  const endpoints = new Map(regions.map(({ key }) => [key, endpointCheck(config, key)]));
  const endpointOf = (key: string): HealthCheckPlan[] => [endpoints.get(key)].filter((check) => check !== undefined);
  const levels = regions.slice(0, -1).map((region, index): Answers => {
    const rest = regions.slice(index + 1).map(({ key }) => key);
    const [next = ""] = rest;
    const levelName = index === 0 ? host : standbyHost(host, index);
    const open = switchChecks(region.key, buckets, true);
    const thrown = switchChecks(region.key, buckets, false);
    const here = all(`${region.key}-serves`, [...endpointOf(region.key), ...open]);
    const away = any(`${region.key}-fails-over`, [...rest.flatMap(endpointOf), ...thrown]);
    const target = rest.length === 1 ? regionHost(host, next) : standbyHost(host, index + 1);
    const failover = (role: "PRIMARY" | "SECONDARY", to: string, check: string): RecordPlan => ({
      id: `${index === 0 ? "public" : `standby-${index}`}-${role.toLowerCase()}`,
      name: levelName,
      type: "CNAME",
      target: name(to),
      routing: { kind: "failover", role },
      check,
    });
    return {
      checks: [...open, ...thrown],
      calculated: [here, away],
      records: [failover("PRIMARY", regionHost(host, region.key), here.id), failover("SECONDARY", target, away.id)],
    };
  });
  return {
    checks: [...endpoints.values(), ...levels.flatMap((level) => level.checks)],
    calculated: levels.flatMap((level) => level.calculated),
    records: levels.flatMap((level) => level.records),
  };
}

/** Active-active: one weighted record a region, each with its own check. All unhealthy means that all are answered. */
function weighted(config: StackConfig, regions: readonly PlannedRegion[], buckets: readonly string[]): Answers {
  const parts = regions.map((region): Answers => {
    const endpoint = endpointCheck(config, region.key);
    const open = switchChecks(region.key, buckets, true);
    const here = all(`${region.key}-serves`, [endpoint, ...open]);
    return {
      checks: [endpoint, ...open],
      calculated: [here],
      records: [
        {
          id: `public-${region.key}`,
          name: config.traffic.host,
          type: "CNAME",
          target: name(regionHost(config.traffic.host, region.key)),
          routing: { kind: "weighted", weight: region.weight },
          check: here.id,
        },
      ],
    };
  });
  return {
    checks: parts.flatMap((part) => part.checks),
    calculated: parts.flatMap((part) => part.calculated),
    records: parts.flatMap((part) => part.records),
  };
}

function publicAnswers(config: StackConfig, regions: readonly PlannedRegion[]): Answers {
  const [only] = regions;
  if (only !== undefined && regions.length === 1) {
    const target = name(regionHost(config.traffic.host, only.key));
    return {
      checks: [endpointCheck(config, only.key)],
      calculated: [],
      records: [{ id: "public", name: config.traffic.host, type: "CNAME", target, routing: { kind: "simple" } }],
    };
  }
  const buckets = regions.filter(({ cloud }) => cloud !== "existing").map(({ key }) => key);
  return config.failover.mode === "active-active"
    ? weighted(config, regions, buckets)
    : failoverChain(config, regions, buckets);
}

/**
 * Everything that Route 53 holds for the stack, as plain data. The primary comes first whatever the order of
 * configuration; the other regions follow in that order, which is the order of succession.
 */
export function planRecords(config: StackConfig, endpoints: readonly PlannedRegion[]): DnsPlan {
  const regions = [
    ...endpoints.filter(({ role }) => role === "primary"),
    ...endpoints.filter(({ role }) => role === "secondary"),
  ];
  const { ttlSeconds, intervalSeconds, failures } = config.failover.dns;
  const answers = publicAnswers(config, regions);
  return {
    ttlSeconds,
    intervalSeconds,
    failures,
    checks: answers.checks,
    calculated: answers.calculated,
    records: [...regionRecords(config, regions), ...answers.records, ...sideRecords(config)],
  };
}
