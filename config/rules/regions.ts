import { overlapCidr } from "cidr-tools";
import { showValue, type Fault } from "../../common/errors.js";
import { fleetProject } from "../fleet.js";
import type { RegionConfig } from "../schema/regions.js";
import { stores } from "../schema/data.js";
import type { Rule } from "./index.js";

const onePrimary: Rule = ({ regions }) => {
  const primaries = regions.filter((region) => region.role === "primary");
  if (primaries.length === 1) return [];
  return [
    {
      path: "regions[].role",
      received: `${primaries.length} primaries (${primaries.map((region) => region.key).join(", ") || "none"})`,
      rule: "exactly one region is primary: the stores have one writer",
      fix: "give one region role: primary and every other role: secondary",
    },
  ];
};

const uniqueKeys: Rule = ({ regions }) =>
  regions.flatMap(({ key }, index) =>
    regions.findIndex((other) => other.key === key) === index
      ? []
      : [
          {
            path: `regions[${index}].key`,
            received: showValue(key),
            rule: "region keys are unique",
            fix: "choose another key",
          },
        ],
  );

const uniquePlaces: Rule = ({ regions }) => {
  const place = (region: RegionConfig): string =>
    region.cloud === "existing" ? `${region.kubeconfig}#${region.context}` : `${region.cloud}/${region.region}`;
  return regions.flatMap((region, index) =>
    regions.findIndex((other) => place(other) === place(region)) === index
      ? []
      : [
          {
            path: `regions[${index}].${region.cloud === "existing" ? "context" : "region"}`,
            received: showValue(place(region)),
            rule: "two regions in one place fail together, so they are no failover pair",
            fix: "choose another place, or drop the region",
          },
        ],
  );
};

const activeActive: Rule = ({ regions, failover, data }) => {
  if (failover.mode !== "active-active") return [];
  const faults: Fault[] = [];
  const sum = regions.reduce((total, region) => total + region.weight, 0);
  if (sum !== 100) {
    faults.push({
      path: "regions[].weight",
      received: `${regions.map((region) => region.weight).join(" + ")} = ${sum}`,
      rule: "weights sum to 100 in active-active mode",
      fix: "change the weights, for example 70 and 30",
    });
  }
  const single = stores.filter((store) => !data[store].writableEverywhere);
  if (single.length > 0) {
    faults.push({
      path: "failover.mode",
      received: showValue(failover.mode),
      rule: `active-active needs every store to be writable in every region; ${single.join(", ")} ${single.length === 1 ? "is" : "are"} not`,
      fix: "use active-passive, or external multi-writer stores with writableEverywhere: true",
    });
  }
  return faults;
};

const secondRegion: Rule = ({ regions, environment }) =>
  environment === "production" && regions.length < 2
    ? [
        {
          path: "regions",
          received: "1 region",
          rule: "production runs in at least two regions (R9)",
          fix: "add a secondary region",
        },
      ]
    : [];

interface Range {
  readonly path: string;
  readonly cidr: string;
  readonly region: number;
}

/** Ranges that must not overlap within or across regions: pods of both sides talk through peering and the mesh. */
function rangesOf(region: RegionConfig, index: number): Range[] {
  const at = (key: string, cidr: string): Range => ({ path: `regions[${index}].${key}`, cidr, region: index });
  switch (region.cloud) {
    case "aws":
      return region.network.existing ? [] : [at("network.cidr", region.network.cidr)];
    case "gcp":
      return region.network.existing
        ? [at("network.controlPlaneCidr", region.network.controlPlaneCidr)]
        : (["cidr", "podCidr", "serviceCidr", "controlPlaneCidr"] as const).map((key) =>
            at(`network.${key}`, region.network[key]),
          );
    case "existing":
      return [];
  }
}

const disjointRanges: Rule = ({ regions }) => {
  const ranges = regions.flatMap(rangesOf);
  return ranges.flatMap((range, index) => {
    const clash = ranges.slice(0, index).find((other) => overlapCidr(other.cidr, range.cidr));
    return clash
      ? [
          {
            path: range.path,
            received: showValue(range.cidr),
            rule: `address ranges are disjoint; it overlaps ${clash.path} (${clash.cidr})`,
            fix: "choose a range that no other region uses",
          },
        ]
      : [];
  });
};

const nodeCounts: Rule = ({ regions }) =>
  regions.flatMap((region, index) =>
    region.cloud === "existing"
      ? []
      : region.cluster.nodePools.flatMap((pool, at) =>
          pool.min <= pool.desired && pool.desired <= pool.max
            ? []
            : [
                {
                  path: `regions[${index}].cluster.nodePools[${at}]`,
                  received: `min ${pool.min}, desired ${pool.desired}, max ${pool.max}`,
                  rule: "min ≤ desired ≤ max",
                  fix: "bring the three counts into order",
                },
              ],
        ),
  );

const uniquePools: Rule = ({ regions }) =>
  regions.flatMap((region, index) =>
    region.cloud === "existing"
      ? []
      : region.cluster.nodePools.flatMap(({ name }, at, pools) =>
          pools.findIndex((pool) => pool.name === name) === at
            ? []
            : [
                {
                  path: `regions[${index}].cluster.nodePools[${at}].name`,
                  received: showValue(name),
                  rule: "node pools of a region have different names",
                  fix: "choose another name",
                },
              ],
        ),
  );

const publicEndpoint: Rule = ({ regions }) =>
  regions.flatMap((region, index) =>
    region.cloud !== "existing" && region.cluster.endpoint.allowList.some((network) => network.endsWith("/0"))
      ? [
          {
            path: `regions[${index}].cluster.endpoint.allowList`,
            received: showValue(region.cluster.endpoint.allowList),
            rule: "the control plane is not open to the whole internet",
            fix: "list the networks of your operators and pipelines",
          },
        ]
      : [],
  );

const oneFleetNetwork: Rule = ({ regions }) => {
  if (fleetProject(regions) === undefined) return [];
  const network = (region: RegionConfig): string | undefined =>
    region.cloud === "gcp" ? region.network.existing?.network : undefined;
  return regions.flatMap((region, index) =>
    index === 0 || network(region) === network(regions[0] ?? region)
      ? []
      : [
          {
            path: `regions[${index}].network.existing`,
            received: showValue(network(region)),
            rule: `GKE clusters of one project form a fleet, whose Services come from one network; regions[0] has ${showValue(network(regions[0] ?? region))}`,
            fix: "adopt the same network in every region, or none",
          },
        ],
  );
};

export const regionRules: readonly Rule[] = [
  onePrimary,
  uniqueKeys,
  uniquePlaces,
  activeActive,
  secondRegion,
  disjointRanges,
  nodeCounts,
  uniquePools,
  publicEndpoint,
  oneFleetNetwork,
];
