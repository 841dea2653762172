import type * as pulumi from "@pulumi/pulumi";
import type { Store } from "../config/schema/data.js";
import type { BucketRef } from "./clusters/cluster.js";

/** Labels and annotations by which objects say what they are to the rule book and to `operations/`. */
export const marks = {
  /** Label of a data store's workload: `postgres`, `redis` or `vector`. */
  store: "agent-platform.io/store",
  /** Label `true` of every object that schedules a backup. */
  backup: "agent-platform.io/backup",
  /** Annotations of such an object. */
  schedule: "agent-platform.io/schedule",
  retentionDays: "agent-platform.io/retention-days",
  encrypted: "agent-platform.io/encrypted",
  location: "agent-platform.io/location",
  copyLocation: "agent-platform.io/copy-location",
} as const;

/** Labels of every object that the platform creates for the agent. */
export const agentLabels = { app: "agent-memory", component: "api" } as const;

/** The buckets of one region (by its key), one a store; `copies` are their counterparts in another region or cloud. */
export interface RegionVaults {
  readonly region: string;
  readonly buckets: Readonly<Record<Store, BucketRef>>;
  readonly copies?: Readonly<Record<Store, BucketRef>>;
  /** Who keeps the copies: the cloud's own replication, or the platform's copy job. Set where there are copies. */
  readonly copiedBy?: "cloud" | "job";
}

/** Passwords and keys of the stores: made once a stack, the same in every region, since a replica has its primary's. */
export interface StoreCredentials {
  readonly postgresPassword: pulumi.Output<string>;
  readonly redisPassword: pulumi.Output<string>;
  readonly vectorApiKey: pulumi.Output<string>;
}

/** Where the agent finds a store. */
export interface StoreEndpoint {
  readonly store: Store;
  readonly host: string;
  readonly port: number;
  /** Labels of the store's pods, absent for an external store. */
  readonly podLabels?: Readonly<Record<string, string>>;
}

/** What DNS needs to know of a region. */
export interface RegionEndpoint {
  readonly key: string;
  readonly cloud: "aws" | "gcp" | "existing";
  readonly region: string;
  readonly role: "primary" | "secondary";
  readonly weight: number;
  /** Address of the region's ingress: a host name or an IP, as the load balancer gives. */
  readonly address: pulumi.Output<string>;
  readonly gives: "hostname" | "ip" | "nothing";
}
