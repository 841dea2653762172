import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stores, type Store } from "../../config/schema/data.js";
import type { BucketRef } from "../clusters/cluster.js";
import { jobLabel, jobNetworkPolicy } from "../data/network.js";
import { identityAnnotations } from "../data/pod.js";
import type { StoreArgs } from "../data/store.js";
import { backupCronJobSpec } from "./job.js";
import { vaultPath } from "./location.js";

/**
 * Copies a region's backups to their counterparts elsewhere, by a job where no cloud does it: between two clouds, or
 * from a store that is no cloud's. One job and one identity a store: read here, write there.
 */
export class BackupCopies extends pulumi.ComponentResource {
  constructor(name: string, args: StoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:backups:BackupCopies", name, {}, opts);
    const { vaults } = args;
    for (const store of stores) {
      const from = vaults?.buckets[store];
      const to = vaults?.copies?.[store];
      if (from === undefined || to === undefined || args.config[store].external !== undefined) continue;
      if (vaults?.copiedBy === "cloud") continue;
      createCopyJob(`${name}-${store}`, args, { store, from, to, parent: this });
    }
    this.registerOutputs({});
  }
}

/** One end of a copy; the two may be in stores of different endpoints, so that no variable can name them. */
function end(flag: "from" | "to", place: pulumi.Output<string>, { endpoint }: BucketRef): pulumi.Input<string>[] {
  return [`--${flag}`, place, ...(endpoint === undefined ? [] : [`--${flag}-endpoint`, endpoint])];
}

interface Copy {
  readonly store: Store;
  readonly from: BucketRef;
  readonly to: BucketRef;
  readonly parent: pulumi.Resource;
}

function createCopyJob(name: string, args: StoreArgs, copy: Copy): void {
  const { cluster, namespace, backups } = args;
  const options = { parent: copy.parent, provider: cluster.provider, dependsOn: [...args.addonsReady] };
  const account = `${copy.store}-copy`;
  const metadata = { name: account, namespace, labels: { [jobLabel]: account } };
  const identity = cluster.workloadIdentity({
    name: `${cluster.key}-${account}`,
    namespace,
    serviceAccount: account,
    grants: [
      { bucket: copy.from, access: "read" },
      { bucket: copy.to, access: "write" },
    ],
    parent: copy.parent,
    dependsOn: args.addonsReady,
  });
  const annotations = identityAnnotations(identity);
  const serviceAccount = new k8s.core.v1.ServiceAccount(
    `${name}-service-account`,
    {
      metadata: { ...metadata, ...(annotations === undefined ? {} : { annotations }) },
      automountServiceAccountToken: false,
    },
    options,
  );
  new k8s.networking.v1.NetworkPolicy(
    `${name}-network-policy`,
    { metadata, spec: jobNetworkPolicy(account, [], { buckets: [copy.from, copy.to] }) },
    options,
  );
  const from = vaultPath(copy.from, cluster.key);
  const to = vaultPath(copy.to, cluster.key);
  new k8s.batch.v1.CronJob(
    `${name}-job`,
    {
      metadata,
      spec: backupCronJobSpec({
        job: account,
        image: backups.image,
        schedule: backups.copySchedule,
        serviceAccount: account,
        identity,
        args: ["copy", ...end("from", from, copy.from), ...end("to", to, copy.to)],
        env: [],
        deadlineSeconds: 6 * 3600,
        size: { cpu: "500m", memory: "512Mi" },
      }),
    },
    { ...options, dependsOn: [...args.addonsReady, serviceAccount] },
  );
}
