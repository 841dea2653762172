import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsRegionConfig } from "../../../config/schema/regions.js";
import { serviceTrust } from "../identity/iam.js";
import { digest, shortName } from "../names.js";
import type { Scope } from "../scope.js";
import { controlPlaneLogGroup } from "./keys.js";
import type { EksNetwork } from "./network.js";
import { secretsKeyUse } from "./policies.js";

/** A control plane, created or adopted. */
export interface EksControlPlane {
  readonly name: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<string>;
  /** Base64. */
  readonly certificateAuthority: pulumi.Output<string>;
  readonly issuer: pulumi.Output<string>;
  /** ARN of the issuer's OIDC provider in IAM. */
  readonly oidcProviderArn: pulumi.Output<string>;
}

const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

export interface ControlPlaneParts {
  readonly network: EksNetwork;
  readonly key: aws.kms.Key;
}

/** A new EKS control plane with its role, log group, administrators and OIDC provider. */
export function createControlPlane(scope: Scope, region: AwsRegionConfig, parts: ControlPlaneParts): EksControlPlane {
  const { role, grants } = createClusterRole(scope, parts.key);
  // Made before the cluster, which else makes it itself: without retention and without the key.
  const logs = new aws.cloudwatch.LogGroup(
    `${scope.name}-control-plane-logs`,
    {
      name: controlPlaneLogGroup(scope.cluster),
      retentionInDays: region.cluster.logRetentionDays,
      kmsKeyId: parts.key.arn,
    },
    // Who did what must be readable after the cluster is gone.
    { ...scope.child, retainOnDelete: scope.protect },
  );
  const cluster = new aws.eks.Cluster(
    `${scope.name}-cluster`,
    clusterInputs(scope, region, { network: parts.network, keyArn: parts.key.arn, roleArn: role.arn }),
    { ...scope.child, protect: scope.protect, dependsOn: [logs, ...grants] },
  );
  for (const principal of region.cluster.administrators) createAdministrator(scope, cluster, principal);
  const issuer = cluster.identities.apply((identities) => identities[0]?.oidcs[0]?.issuer ?? "");
  const oidc = new aws.iam.OpenIdConnectProvider(
    `${scope.name}-oidc`,
    { url: issuer, clientIdLists: ["sts.amazonaws.com"] },
    scope.child,
  );
  return {
    name: cluster.name,
    endpoint: cluster.endpoint,
    certificateAuthority: cluster.certificateAuthority.apply((authority) => authority.data),
    issuer,
    oidcProviderArn: oidc.arn,
  };
}

/** The EKS cluster that the configuration adopts; its issuer must be registered with IAM. */
export function adoptControlPlane(scope: Scope, name: string): EksControlPlane {
  const cluster = aws.eks.getClusterOutput({ name }, scope.child);
  const issuer = cluster.identities.apply((identities) => identities[0]?.oidcs[0]?.issuer ?? "");
  return {
    name: cluster.name,
    endpoint: cluster.endpoint,
    certificateAuthority: cluster.certificateAuthorities.apply((authorities) => authorities[0]?.data ?? ""),
    issuer,
    oidcProviderArn: aws.iam.getOpenIdConnectProviderOutput({ url: issuer }, scope.child).arn,
  };
}

interface ClusterWiring {
  readonly network: EksNetwork;
  readonly keyArn: pulumi.Input<string>;
  readonly roleArn: pulumi.Input<string>;
}

function clusterInputs(scope: Scope, { cluster }: AwsRegionConfig, wiring: ClusterWiring): aws.eks.ClusterArgs {
  const isPublic = cluster.endpoint.allowList.length > 0;
  return {
    name: scope.cluster,
    version: cluster.version,
    roleArn: wiring.roleArn,
    vpcConfig: {
      subnetIds: [...wiring.network.privateSubnetIds],
      endpointPrivateAccess: true,
      endpointPublicAccess: isPublic,
      publicAccessCidrs: isPublic ? cluster.endpoint.allowList : undefined,
    },
    kubernetesNetworkConfig: { ipFamily: "ipv4", serviceIpv4Cidr: "172.20.0.0/16" },
    // The creator stays administrator: else the first deployment would lock itself out, and changing it later
    // replaces the cluster.
    accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
    // Network plugin, DNS and proxy come as add-ons of the program, so that their settings are its own.
    bootstrapSelfManagedAddons: false,
    encryptionConfig: { provider: { keyArn: wiring.keyArn }, resources: ["secrets"] },
    enabledClusterLogTypes: logTypes,
    upgradePolicy: { supportType: cluster.support },
    zonalShiftConfig: { enabled: true },
    deletionProtection: cluster.deletionProtection,
    tags: { Name: scope.cluster },
  };
}

function createClusterRole(scope: Scope, key: aws.kms.Key) {
  const role = new aws.iam.Role(
    `${scope.name}-cluster-role`,
    { name: shortName(`${scope.cluster}-cluster`, 64), assumeRolePolicy: serviceTrust("eks.amazonaws.com") },
    scope.child,
  );
  const managed = new aws.iam.RolePolicyAttachment(
    `${scope.name}-cluster-role-eks`,
    { role: role.name, policyArn: "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy" },
    scope.child,
  );
  const secrets = new aws.iam.RolePolicy(
    `${scope.name}-cluster-role-secrets`,
    { role: role.name, policy: key.arn.apply(secretsKeyUse) },
    scope.child,
  );
  return { role, grants: [managed, secrets] };
}

function createAdministrator(scope: Scope, cluster: aws.eks.Cluster, principal: string): void {
  // The ARN's last part for people, its digest so that two paths with one last part stay two.
  const label = `${shortName(principal.split("/").at(-1) ?? "", 40)}-${digest(principal)}`;
  const entry = new aws.eks.AccessEntry(
    `${scope.name}-administrator-${label}`,
    { clusterName: cluster.name, principalArn: principal, type: "STANDARD" },
    scope.child,
  );
  new aws.eks.AccessPolicyAssociation(
    `${scope.name}-administrator-${label}-policy`,
    {
      clusterName: cluster.name,
      principalArn: entry.principalArn,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      accessScope: { type: "cluster" },
    },
    scope.child,
  );
}
