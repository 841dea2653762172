import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import { storeSecrets, storeServices } from "../data/names.js";
import { jobLabel, jobNetworkPolicy } from "../data/network.js";
import { secretEnv } from "../data/pod.js";
import type { StoreContext } from "../data/store.js";
import { backupCronJobSpec } from "./job.js";
import { backupMarks, endpointEnv, vaultPath } from "./location.js";

export interface StoreBackupArgs {
  /** Ports of the store that the job talks to. */
  readonly ports: readonly number[];
  readonly after: readonly pulumi.Resource[];
}

/** Schedules the backups of Redis or the vector database: a job of the backup image with an identity of its own. */
export function createBackupJob(context: StoreContext, args: StoreBackupArgs): void {
  const { vaults, backups } = context.args;
  if (vaults === undefined) return;
  const name = `${context.store}-backup`;
  const identity = context.writer(name);
  const account = context.serviceAccount(name, identity);
  const bucket = vaults.buckets[context.store];
  new k8s.batch.v1.CronJob(
    `${context.name}-backup`,
    {
      metadata: { name, namespace: context.namespace, ...backupMarks(context.plan, vaults) },
      spec: backupCronJobSpec({
        job: context.store,
        image: backups.image,
        schedule: context.plan.schedule,
        serviceAccount: name,
        identity,
        args: ["create", context.store, "--prune"],
        env: [...storeEnv(context), repositoryEnv(context, vaultPath(bucket, vaults.region)), ...endpointEnv(bucket)],
        deadlineSeconds: 3600,
        size: { cpu: "500m", memory: "512Mi" },
      }),
    },
    context.options({ dependsOn: [...context.args.addonsReady, ...args.after, account] }),
  );
  new k8s.networking.v1.NetworkPolicy(
    `${context.name}-backup-network-policy`,
    {
      metadata: { name, namespace: context.namespace, labels: { [jobLabel]: context.store } },
      spec: jobNetworkPolicy(context.store, [{ store: context.store, ports: args.ports }], { buckets: [bucket] }),
    },
    context.options(),
  );
}

/** How the job finds and enters the store: the same variables that the CLI reads on a laptop. */
function storeEnv(context: StoreContext): types.input.core.v1.EnvVar[] {
  const { host, port } = storeServices[context.store];
  const secret = storeSecrets[context.store];
  const prefix = context.store.toUpperCase();
  return [
    { name: `${prefix}_HOST`, value: host },
    { name: `${prefix}_PORT`, value: String(port) },
    secretEnv(`${prefix}_PASSWORD`, secret.name, secret.key),
    { name: "BACKUP_RETENTION_DAYS", value: String(context.plan.retentionDays) },
  ];
}

function repositoryEnv(context: StoreContext, location: pulumi.Output<string>): types.input.core.v1.EnvVar {
  return { name: `BACKUP_REPOSITORY_${context.store.toUpperCase()}`, value: location };
}
