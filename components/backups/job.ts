import type * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import type { WorkloadIdentity } from "../clusters/cluster.js";
import {
  containerSecurity,
  guaranteed,
  identityEnv,
  identityVolumes,
  outsideMesh,
  podSecurity,
  type Size,
} from "../data/pod.js";
import { jobLabel } from "../data/network.js";

export interface BackupJobArgs {
  /** Value of the label by which network policies know the job's pods. */
  readonly job: string;
  readonly image: string;
  readonly schedule: string;
  readonly serviceAccount: string;
  readonly identity: WorkloadIdentity;
  /** Arguments of `agent-platform-backup`. */
  readonly args: readonly pulumi.Input<string>[];
  readonly env: readonly types.input.core.v1.EnvVar[];
  /** Whether the job talks to the Kubernetes API. Default false. */
  readonly apiAccess?: boolean;
  /** Longest run, in seconds. */
  readonly deadlineSeconds: number;
  readonly size: Size;
  /** Scratch space at /scratch; default an empty directory. */
  readonly scratch?: { readonly storageClass: string; readonly size: string };
}

/** User of the backup image. */
const backupUser = 10001;

function scratchVolume(args: BackupJobArgs): types.input.core.v1.Volume {
  if (args.scratch === undefined) return { name: "scratch", emptyDir: {} };
  return {
    name: "scratch",
    ephemeral: {
      volumeClaimTemplate: {
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: args.scratch.storageClass,
          resources: { requests: { storage: args.scratch.size } },
        },
      },
    },
  };
}

function podSpec(args: BackupJobArgs): types.input.core.v1.PodSpec {
  const { volumes, volumeMounts } = identityVolumes(args.identity);
  return {
    restartPolicy: "Never",
    serviceAccountName: args.serviceAccount,
    automountServiceAccountToken: args.apiAccess ?? false,
    enableServiceLinks: false,
    securityContext: podSecurity(backupUser),
    containers: [
      {
        name: "backup",
        image: args.image,
        args: [...args.args],
        env: [
          ...args.env,
          ...identityEnv(args.identity),
          { name: "TMPDIR", value: "/scratch" },
          { name: "HOME", value: "/scratch" },
        ],
        resources: guaranteed(args.size),
        securityContext: containerSecurity,
        volumeMounts: [{ name: "scratch", mountPath: "/scratch" }, ...volumeMounts],
      },
    ],
    volumes: [scratchVolume(args), ...volumes],
  };
}

/** A job of the platform's backup image: one at a time, retried twice, its history kept for a week of looking back. */
export function backupCronJobSpec(args: BackupJobArgs): types.input.batch.v1.CronJobSpec {
  return {
    schedule: args.schedule,
    timeZone: "Etc/UTC",
    concurrencyPolicy: "Forbid",
    // A control plane that was away for ten minutes still starts the run that it missed.
    startingDeadlineSeconds: 600,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 7,
    jobTemplate: {
      spec: {
        backoffLimit: 2,
        activeDeadlineSeconds: args.deadlineSeconds,
        ttlSecondsAfterFinished: 604_800,
        template: { metadata: { labels: { [jobLabel]: args.job, ...outsideMesh } }, spec: podSpec(args) },
      },
    },
  };
}
