import { buckets } from "./buckets.js";
import { clusters } from "./clusters.js";
import { dns } from "./dns.js";
import { identity } from "./identity.js";
import { network } from "./network.js";
import type { Create } from "./shapes.js";

/** The calls by which the provider creates each type of the three stacks, and what comes back. */
export const awsCalls: Readonly<Record<string, Create>> = { ...network, ...clusters, ...identity, ...dns, ...buckets };
