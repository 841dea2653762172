import * as aws from "@pulumi/aws";
import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { WorkloadIdentityRequest } from "../cluster.js";
import type { TrustedIssuer } from "../identity/aws-role.js";
import { shortName } from "../names.js";
import type { Scope } from "../scope.js";

/** Google service account that exactly one ServiceAccount of the project's clusters may act as. */
export function createServiceAccount(
  scope: Scope,
  request: WorkloadIdentityRequest,
  project: string,
): gcp.serviceaccount.Account {
  const { namespace, serviceAccount } = request;
  const opts = { parent: request.parent, provider: scope.child.provider };
  const account = new gcp.serviceaccount.Account(
    `${request.name}-account`,
    {
      project,
      accountId: shortName(`${scope.cluster}-${request.name}`, 30),
      displayName: `${namespace}/${serviceAccount} of ${scope.cluster}`,
    },
    opts,
  );
  new gcp.serviceaccount.IAMMember(
    `${request.name}-account-user`,
    {
      serviceAccountId: account.name,
      role: "roles/iam.workloadIdentityUser",
      member: `serviceAccount:${project}.svc.id.goog[${namespace}/${serviceAccount}]`,
    },
    opts,
  );
  return account;
}

/**
 * Lets the AWS account trust the cluster's issuer, which Google serves to everybody. IAM is global: the provider's
 * region only says where its API is called.
 */
export function createTrustedIssuer(scope: Scope, issuer: pulumi.Output<string>): TrustedIssuer {
  const { parent } = scope.child;
  const provider = new aws.Provider(
    `${scope.name}-aws`,
    { region: "us-east-1", defaultTags: { tags: scope.tags } },
    { parent },
  );
  const oidc = new aws.iam.OpenIdConnectProvider(
    `${scope.name}-oidc`,
    { url: issuer, clientIdLists: ["sts.amazonaws.com"] },
    { parent, provider },
  );
  return { issuer, providerArn: oidc.arn, cluster: scope.cluster, provider };
}
