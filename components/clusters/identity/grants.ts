import { ExitCode, PlatformError } from "../../../common/errors.js";
import type { BucketGrant, ClusterTarget, WorkloadIdentityRequest } from "../cluster.js";

/** The grants of a request by the cloud that holds the bucket. */
export interface SortedGrants {
  readonly aws: readonly BucketGrant[];
  readonly gcp: readonly BucketGrant[];
}

/** Sorts a cloud cluster's grants; buckets of an `existing` region have no cloud identity to grant to. */
export function sortGrants(cluster: ClusterTarget, request: WorkloadIdentityRequest): SortedGrants {
  const stray = request.grants.find(({ bucket }) => bucket.cloud === "existing");
  if (stray) {
    throw refusal(cluster, {
      received: `bucket ${stray.bucket.key}`,
      rule: `${request.name} runs on ${cluster.cloud}, and bucket ${stray.bucket.key} takes static credentials only`,
      fix: "keep backups of a cloud's cluster in a bucket of a cloud",
    });
  }
  return {
    aws: request.grants.filter(({ bucket }) => bucket.cloud === "aws"),
    gcp: request.grants.filter(({ bucket }) => bucket.cloud === "gcp"),
  };
}

/** Error for an identity that cannot be had on a cluster. */
export function refusal(
  cluster: Pick<ClusterTarget, "key">,
  fault: { readonly received: string; readonly rule: string; readonly fix: string },
): PlatformError {
  return new PlatformError(
    `region ${cluster.key} cannot give a workload the identity it needs`,
    ExitCode.configuration,
    [{ path: `regions (${cluster.key})`, ...fault }],
  );
}
