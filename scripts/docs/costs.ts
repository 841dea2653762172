import type { RecordedResource } from "../../cli/preview/recording.js";
import type { ProgramRun } from "../../cli/preview/run-program.js";
import { PlatformError } from "../../common/errors.js";
import { parseQuantity } from "../../common/quantity.js";
import type { RegionConfig } from "../../config/schema/regions.js";
import type { StackConfig } from "../../config/schema/stack.js";
import { disk, hourly, hoursPerMonth, monthly, nodeHour } from "./prices.js";

/** One line of the bill: how many, at what a month. */
export interface CostItem {
  readonly what: string;
  readonly count: number;
  /** Dollars a month for one. */
  readonly each: number;
}

/** What a stack costs a month before any traffic: the counts are the program's own, the prices the list's. */
export function costItems(config: StackConfig, run: ProgramRun): CostItem[] {
  const regions = config.regions.flatMap((region) =>
    regionItems(region, config, run).map((item) => ({ ...item, what: `${region.key}: ${item.what}` })),
  );
  return [...regions, ...sharedItems(run)].filter(({ count }) => count > 0);
}

type CloudRegion = Exclude<RegionConfig, { cloud: "existing" }>;

function regionItems(region: RegionConfig, config: StackConfig, run: ProgramRun): CostItem[] {
  if (region.cloud === "existing") return [];
  const within = (type: string): RecordedResource[] =>
    run.resources.filter((resource) => resource.type === type && regionOf(resource, run) === region.key);
  const balancers = within("kubernetes:core/v1:Service").filter(isLoadBalancer).length;
  const aws = region.cloud === "aws";
  return [
    { what: "Kubernetes control plane", count: 1, each: hourly.controlPlane * hoursPerMonth },
    ...nodeItems(region),
    { what: "volumes of the data stores, GiB", count: storeGiB(config), each: aws ? disk.gp3 : disk.pdSsd },
    {
      what: "NAT gateway",
      count: within("aws:ec2/natGateway:NatGateway").length,
      each: hourly.natGateway * hoursPerMonth,
    },
    {
      what: "public address of a NAT gateway",
      count: within("aws:ec2/eip:Eip").length,
      each: hourly.publicAddress * hoursPerMonth,
    },
    {
      what: "load balancer",
      count: balancers,
      each: (aws ? hourly.networkLoadBalancer : hourly.forwardingRule) * hoursPerMonth,
    },
  ];
}

function nodeItems(region: CloudRegion): CostItem[] {
  if (region.cloud === "aws") {
    return region.cluster.nodePools.flatMap(({ instanceTypes: [type = ""], desired, diskGiB }) => [
      { what: `node ${type}`, count: desired, each: priceOf(type) },
      { what: "root volume of a node", count: desired, each: diskGiB * disk.gp3 },
    ]);
  }
  return region.cluster.nodePools.flatMap(({ machineType, desired, diskGiB }) => [
    { what: `node ${machineType}`, count: desired, each: priceOf(machineType) },
    { what: "boot disk of a node", count: desired, each: diskGiB * disk.pdBalanced },
    { what: "Cloud NAT, a node", count: desired, each: hourly.cloudNatPerNode * hoursPerMonth },
  ]);
}

function priceOf(type: string): number {
  const price = nodeHour[type];
  if (price === undefined) throw new PlatformError(`scripts/docs/prices.ts has no price of ${type}`);
  return price * hoursPerMonth;
}

function storeGiB({ data }: StackConfig): number {
  const gib = (text: string): number => (parseQuantity(text) ?? 0) / 2 ** 30;
  const { postgres, redis, vector } = data;
  return [
    postgres.external ? 0 : gib(postgres.storage) * postgres.instances,
    redis.external ? 0 : gib(redis.storage) * redis.replicas,
    vector.external ? 0 : gib(vector.storage) * vector.replicas,
  ].reduce((sum, size) => sum + size, 0);
}

function isLoadBalancer({ inputs }: RecordedResource): boolean {
  return (inputs.spec as { type?: string } | undefined)?.type === "LoadBalancer";
}

/** Key of the region in which a resource was registered, by walking up its parents. */
function regionOf(resource: RecordedResource, run: ProgramRun): string | undefined {
  const parent = run.resources.find(({ urn }) => urn === resource.parent);
  if (parent === undefined) return undefined;
  return parent.type === "agent-platform:region:Region" ? parent.name : regionOf(parent, run);
}

function sharedItems(run: ProgramRun): CostItem[] {
  const all = (type: string): RecordedResource[] => run.resources.filter((resource) => resource.type === type);
  const checks = all("aws:route53/healthCheck:HealthCheck");
  const features = checks.flatMap(({ inputs }) => [
    ...(String(inputs.type).startsWith("HTTPS") ? ["https"] : []),
    ...(inputs.searchString === undefined ? [] : ["search"]),
    ...(inputs.requestInterval === 10 ? ["fast"] : []),
  ]);
  return [
    { what: "KMS key on AWS", count: all("aws:kms/key:Key").length, each: monthly.awsKey },
    {
      what: "KMS key version on Google Cloud",
      count: all("gcp:kms/cryptoKey:CryptoKey").length,
      each: monthly.gcpKeyVersion,
    },
    { what: "Route 53 zone", count: all("aws:route53/zone:Zone").length, each: monthly.zone },
    { what: "Route 53 health check", count: checks.length, each: monthly.healthCheck },
    { what: "options of the health checks", count: features.length, each: monthly.healthCheckFeature },
  ];
}

const dollars = (amount: number): string => amount.toFixed(amount < 1 ? 2 : 0);

/** The lines of one stack's bill as a Markdown table, with its sum. */
export function costTable(items: readonly CostItem[]): string {
  const rows = items.map(
    ({ what, count, each }) => `| ${what} | ${count} | ${dollars(each)} | ${dollars(count * each)} |`,
  );
  const total = items.reduce((sum, { count, each }) => sum + count * each, 0);
  return [
    "| what | count | $ a month, each | $ a month |",
    "| --- | --: | --: | --: |",
    ...rows,
    `| **sum** | | | **about ${Math.round(total / 10) * 10}** |`,
  ].join("\n");
}
