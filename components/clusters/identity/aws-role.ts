import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRoleRequest } from "../cluster.js";
import { shortName } from "../names.js";
import { webIdentityTrust } from "./iam.js";
import type { TrustedIssuer } from "./s3.js";

/** Role that one ServiceAccount can take on with its own token, for exactly what the request's policy allows. */
export function createAwsRole(request: AwsRoleRequest, trusted: TrustedIssuer): pulumi.Output<string> {
  const { name, namespace, serviceAccount, policy, parent } = request;
  const opts = { parent, provider: trusted.provider };
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      name: shortName(`${trusted.cluster}-${name}`, 64),
      description: `ServiceAccount ${namespace}/${serviceAccount}`,
      assumeRolePolicy: pulumi
        .all([trusted.providerArn, trusted.issuer])
        .apply(([providerArn, issuer]) => webIdentityTrust({ providerArn, issuer, namespace, serviceAccount })),
    },
    opts,
  );
  new aws.iam.RolePolicy(`${name}-role`, { role: role.name, policy }, opts);
  return role.arn;
}
