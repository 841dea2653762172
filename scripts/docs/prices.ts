/**
 * List prices in US dollars, on demand, without discounts, commitments, support or taxes: us-east-1 and us-west1 (Oregon)
 * as the authors knew them when the table was written. They were neither fetched nor checked against the providers' price
 * pages: check them before a budget is made of them.
 */
export const pricesReviewed = "2026-11-23";

export const hoursPerMonth = 730;

/** Dollars an hour of a node, by instance or machine type. */
export const nodeHour: Readonly<Record<string, number>> = {
  "m7i.xlarge": 0.2016,
  "m7i.2xlarge": 0.4032,
  "e2-standard-4": 0.134,
  "n2-standard-8": 0.3885,
};

/** Dollars an hour. */
export const hourly = {
  controlPlane: 0.1,
  natGateway: 0.045,
  publicAddress: 0.005,
  networkLoadBalancer: 0.0225,
  forwardingRule: 0.025,
  /** Cloud NAT, for each node that it serves. */
  cloudNatPerNode: 0.0014,
} as const;

/** Dollars a month and GiB. */
export const disk = { gp3: 0.08, pdBalanced: 0.1, pdSsd: 0.17 } as const;

/** Dollars a month. */
export const monthly = {
  awsKey: 1,
  gcpKeyVersion: 0.06,
  zone: 0.5,
  healthCheck: 0.75,
  /** Each of HTTPS, a searched string and the 10 s interval, at an endpoint outside AWS; inside it is half. */
  healthCheckFeature: 2,
} as const;
