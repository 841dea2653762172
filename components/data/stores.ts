import * as pulumi from "@pulumi/pulumi";
import { BackupCopies } from "../backups/copies.js";
import { BackupVerification } from "../backups/verification.js";
import type { Store } from "../../config/schema/data.js";
import type { StoreEndpoint } from "../contracts.js";
import { createExternalService } from "./external.js";
import { PostgresStore, type PostgresStoreArgs } from "./postgres.js";
import { RedisStore } from "./redis.js";
import { VectorStore } from "./vector.js";

/** The three stores of a region, each managed here or external, with their backups, copies and verification. */
export class DataStores extends pulumi.ComponentResource {
  readonly endpoints: Readonly<Record<Store, StoreEndpoint>>;

  constructor(name: string, args: PostgresStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:data:DataStores", name, {}, opts);
    const { config } = args;
    const child = { parent: this };
    this.endpoints = {
      postgres: config.postgres.external
        ? createExternalService(`${name}-postgres`, { ...args, store: "postgres", parent: this })
        : new PostgresStore(`${name}-postgres`, args, child).endpoint,
      redis: config.redis.external
        ? createExternalService(`${name}-redis`, { ...args, store: "redis", parent: this })
        : new RedisStore(`${name}-redis`, args, child).endpoint,
      vector: config.vector.external
        ? createExternalService(`${name}-vector`, { ...args, store: "vector", parent: this })
        : new VectorStore(`${name}-vector`, args, child).endpoint,
    };
    new BackupVerification(`${name}-verification`, args, child);
    new BackupCopies(`${name}-copies`, args, child);
    this.registerOutputs({ endpoints: this.endpoints });
  }
}
