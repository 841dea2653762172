import * as gcp from "@pulumi/gcp";
import * as random from "@pulumi/random";
import * as pulumi from "@pulumi/pulumi";
import type { TrustingPool } from "../identity/gcs.js";
import { shortName } from "../names.js";
import { labelsOf, type Scope } from "../scope.js";

/**
 * Lets a Google Cloud project trust the cluster's issuer. Google keeps the id of a deleted pool for 30 days, hence the
 * random end: a stack can be destroyed and made again within them.
 */
export function createTrustingPool(scope: Scope, issuer: pulumi.Output<string>, project: string): TrustingPool {
  const provider = new gcp.Provider(
    `${scope.name}-gcp`,
    { project, defaultLabels: labelsOf(scope.tags), addPulumiAttributionLabel: false },
    { parent: scope.child.parent },
  );
  const suffix = new random.RandomId(
    `${scope.name}-pool-suffix`,
    { byteLength: 2, keepers: { project } },
    { parent: scope.child.parent },
  );
  const opts = { parent: scope.child.parent, provider };
  const pool = new gcp.iam.WorkloadIdentityPool(
    `${scope.name}-pool`,
    {
      project,
      workloadIdentityPoolId: pulumi.interpolate`${shortName(scope.cluster, 27)}-${suffix.hex}`,
      displayName: shortName(scope.cluster, 32),
      description: `ServiceAccounts of EKS cluster ${scope.cluster}`,
    },
    opts,
  );
  const audience = "agent-platform";
  const poolProvider = new gcp.iam.WorkloadIdentityPoolProvider(
    `${scope.name}-pool-provider`,
    {
      project,
      workloadIdentityPoolId: pool.workloadIdentityPoolId,
      // Google wants four characters at least.
      workloadIdentityPoolProviderId: "eks-cluster",
      attributeMapping: { "google.subject": "assertion.sub" },
      oidc: { issuerUri: issuer, allowedAudiences: [audience] },
    },
    opts,
  );
  return { project, pool, poolProvider, provider, audience };
}
