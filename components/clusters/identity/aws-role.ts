import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRoleRequest } from "../cluster.js";
import { shortName } from "../names.js";
import { webIdentityTrust } from "./iam.js";

/** An issuer that IAM trusts. */
export interface TrustedIssuer {
  readonly issuer: pulumi.Output<string>;
  /** ARN of the OIDC provider in IAM. */
  readonly providerArn: pulumi.Output<string>;
  /** Name of the cluster whose ServiceAccounts it vouches for. */
  readonly cluster: string;
  readonly provider: aws.Provider;
}

/** Role that one ServiceAccount can take on with its own token, for exactly what the request's policy allows. */
export function createAwsRole(request: AwsRoleRequest, trusted: TrustedIssuer): pulumi.Output<string> {
  const { name, namespace, serviceAccount, policy, parent } = request;
  const description = `ServiceAccount ${namespace}/${serviceAccount}`;
  const role = createTrustedRole({ name, namespace, serviceAccount, parent, description }, trusted);
  new aws.iam.RolePolicy(`${name}-role`, { role: role.name, policy }, { parent, provider: trusted.provider });
  return role.arn;
}

/** The role alone, which can do nothing yet. */
export function createTrustedRole(
  request: Omit<AwsRoleRequest, "policy"> & { readonly description: string },
  trusted: TrustedIssuer,
): aws.iam.Role {
  const { name, namespace, serviceAccount, description, parent } = request;
  return new aws.iam.Role(
    `${name}-role`,
    {
      name: shortName(`${trusted.cluster}-${name}`, 64),
      description,
      assumeRolePolicy: pulumi
        .all([trusted.providerArn, trusted.issuer])
        .apply(([providerArn, issuer]) => webIdentityTrust({ providerArn, issuer, namespace, serviceAccount })),
    },
    { parent, provider: trusted.provider },
  );
}
