import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { webIdentityTrust } from "../identity/iam.js";
import { shortName } from "../names.js";
import type { Scope } from "../scope.js";
import type { EksControlPlane } from "./control-plane.js";

export interface ServiceRolePlan {
  readonly key: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** ARN of a policy that AWS maintains for this very component. */
  readonly managedPolicy?: string;
  /** JSON of a policy of our own. */
  readonly policy?: pulumi.Input<string>;
}

export interface ServiceRole {
  readonly arn: pulumi.Output<string>;
  /** What must exist before the role is of use. */
  readonly grants: readonly pulumi.Resource[];
}

/** Role for one of the cluster's own components, which only its ServiceAccount can take on. */
export function createServiceRole(scope: Scope, controlPlane: EksControlPlane, plan: ServiceRolePlan): ServiceRole {
  const { namespace, serviceAccount } = plan;
  const role = new aws.iam.Role(
    `${scope.name}-${plan.key}-role`,
    {
      name: shortName(`${scope.cluster}-${plan.key}`, 64),
      assumeRolePolicy: pulumi
        .all([controlPlane.oidcProviderArn, controlPlane.issuer])
        .apply(([providerArn, issuer]) => webIdentityTrust({ providerArn, issuer, namespace, serviceAccount })),
    },
    scope.child,
  );
  const grants: pulumi.Resource[] = [];
  if (plan.managedPolicy !== undefined) {
    grants.push(
      new aws.iam.RolePolicyAttachment(
        `${scope.name}-${plan.key}-role-managed`,
        { role: role.name, policyArn: plan.managedPolicy },
        scope.child,
      ),
    );
  }
  if (plan.policy !== undefined) {
    grants.push(
      new aws.iam.RolePolicy(
        `${scope.name}-${plan.key}-role-policy`,
        { role: role.name, policy: plan.policy },
        scope.child,
      ),
    );
  }
  return { arn: role.arn, grants };
}
