import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import { canonicalBytes, parseQuantity } from "../../common/quantity.js";
import { managedStores, type Store } from "../../config/schema/data.js";
import type { WorkloadIdentity } from "../clusters/cluster.js";
import type { RegionVaults } from "../contracts.js";
import { jobLabel, jobNetworkPolicy } from "../data/network.js";
import { identityAnnotations } from "../data/pod.js";
import type { StoreArgs } from "../data/store.js";
import { backupCronJobSpec, type BackupJobArgs } from "./job.js";
import { endpointEnv, vaultPath } from "./location.js";

/** ConfigMap in which each verification leaves its record; written at run time, never by the program. */
export const verificationRecord = "backup-verification";
const job = "verification";

/**
 * The weekly restore of each store's newest backup into scratch space, with checks and measured RTO and RPO. Its
 * identity may only read the vaults; its one right in the cluster is the record that it leaves.
 */
export class BackupVerification extends pulumi.ComponentResource {
  constructor(name: string, args: StoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:backups:BackupVerification", name, {}, opts);
    const verified = managedStores(args.config);
    if (args.vaults !== undefined && verified.length > 0) this.create(name, args, { vaults: args.vaults, verified });
    this.registerOutputs({});
  }

  private create(name: string, args: StoreArgs, what: { vaults: RegionVaults; verified: readonly Store[] }): void {
    const options = { parent: this, provider: args.cluster.provider, dependsOn: [...args.addonsReady] };
    const metadata = { name: verificationRecord, namespace: args.namespace, labels: { [jobLabel]: job } };
    const identity = args.cluster.workloadIdentity({
      name: `${args.cluster.key}-${verificationRecord}`,
      namespace: args.namespace,
      serviceAccount: verificationRecord,
      grants: what.verified.map((store) => ({ bucket: what.vaults.buckets[store], access: "read" as const })),
      parent: this,
      dependsOn: args.addonsReady,
    });
    const annotations = identityAnnotations(identity);
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-service-account`,
      {
        metadata: { ...metadata, ...(annotations === undefined ? {} : { annotations }) },
        automountServiceAccountToken: false,
      },
      options,
    );
    const role = new k8s.rbac.v1.Role(`${name}-role`, { metadata, rules: recordRules }, options);
    const binding = new k8s.rbac.v1.RoleBinding(
      `${name}-role-binding`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: verificationRecord },
        subjects: [{ kind: "ServiceAccount", name: verificationRecord, namespace: args.namespace }],
      },
      { ...options, dependsOn: [...args.addonsReady, role] },
    );
    new k8s.networking.v1.NetworkPolicy(
      `${name}-network-policy`,
      { metadata, spec: jobNetworkPolicy(job, [], { buckets: [what.vaults.buckets.postgres], apiServer: true }) },
      options,
    );
    new k8s.batch.v1.CronJob(
      `${name}-job`,
      { metadata, spec: verificationSpec(args, { ...what, identity }) },
      { ...options, dependsOn: [...args.addonsReady, account, binding] },
    );
  }
}

/** `create` cannot be bound to a name by RBAC; everything else is bound to the one record. */
export const recordRules: types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] },
  {
    apiGroups: [""],
    resources: ["configmaps"],
    resourceNames: [verificationRecord],
    verbs: ["get", "update", "patch"],
  },
];

interface VerificationParts {
  readonly vaults: RegionVaults;
  readonly verified: readonly Store[];
  readonly identity: WorkloadIdentity;
}

function verificationSpec(args: StoreArgs, parts: VerificationParts): types.input.batch.v1.CronJobSpec {
  const repositories = parts.verified.map((store) => ({
    name: `BACKUP_REPOSITORY_${store.toUpperCase()}`,
    value: vaultPath(parts.vaults.buckets[store], parts.vaults.region),
  }));
  return backupCronJobSpec({
    job,
    image: args.backups.image,
    schedule: args.backups.verification.schedule,
    serviceAccount: verificationRecord,
    identity: parts.identity,
    args: ["verify", ...parts.verified, "--record", `configmap/${verificationRecord}`],
    env: [
      ...repositories,
      // The vaults of a region are in one store.
      ...endpointEnv(parts.vaults.buckets.postgres),
      { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
    ],
    apiAccess: true,
    deadlineSeconds: 6 * 3600,
    ...room(args, parts.verified),
  });
}

/**
 * One store at a time is restored, so the largest is the measure: all instances of the vector database come up in one
 * pod, on one volume, with the memory of one of them.
 */
function room({ config, cluster }: StoreArgs, verified: readonly Store[]): Pick<BackupJobArgs, "size" | "scratch"> {
  const bytes = (quantity: string): number => parseQuantity(quantity) ?? 0;
  const vector = verified.includes("vector") ? config.vector : undefined;
  const memory = Math.max(bytes("2Gi"), bytes(vector?.memory ?? "0"));
  const volume = Math.max(bytes(config.postgres.storage), (vector?.replicas ?? 0) * bytes(vector?.storage ?? "0"));
  return {
    size: { cpu: "1", memory: canonicalBytes(String(memory)) },
    scratch: { storageClass: cluster.storageClass, size: canonicalBytes(String(volume)) },
  };
}
