import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsRegionConfig } from "../../../config/schema/regions.js";
import type { Scope } from "../scope.js";
import {
  autoscalerAccount,
  autoscalerBudget,
  autoscalerDeployment,
  autoscalerImage,
  autoscalerMetadata,
  autoscalerNetworkPolicy,
  clusterRules,
  namespaceRules,
} from "./autoscaler-objects.js";
import type { EksControlPlane } from "./control-plane.js";
import { autoscalerPolicy } from "./policies.js";
import { createServiceRole } from "./service-role.js";

export interface AutoscalerParts {
  readonly controlPlane: EksControlPlane;
  readonly account: pulumi.Output<string>;
  readonly provider: k8s.Provider;
  readonly dependsOn: readonly pulumi.Resource[];
}

/** The cluster autoscaler with its cloud role and its rights in the cluster: node groups follow the pods' requests. */
export function createAutoscaler(scope: Scope, region: AwsRegionConfig, parts: AutoscalerParts): void {
  const place = { region: region.region };
  const role = createServiceRole(scope, parts.controlPlane, {
    key: "autoscaler",
    namespace: autoscalerAccount.namespace,
    serviceAccount: autoscalerAccount.name,
    policy: parts.account.apply((account) => autoscalerPolicy({ ...place, account }, scope.cluster)),
  });
  const opts = {
    parent: scope.child.parent,
    provider: parts.provider,
    dependsOn: [...parts.dependsOn, ...role.grants],
  };
  const metadata = autoscalerMetadata;
  const account = new k8s.core.v1.ServiceAccount(
    `${scope.name}-autoscaler-account`,
    { metadata: { ...metadata, annotations: { "eks.amazonaws.com/role-arn": role.arn } } },
    opts,
  );
  createRights(scope, opts);
  new k8s.apps.v1.Deployment(
    `${scope.name}-autoscaler`,
    {
      metadata,
      spec: autoscalerDeployment({
        ...place,
        cluster: scope.cluster,
        image: region.cluster.autoscaler.image ?? autoscalerImage(region.cluster.version),
      }),
    },
    { ...opts, dependsOn: [...opts.dependsOn, account] },
  );
  new k8s.policy.v1.PodDisruptionBudget(`${scope.name}-autoscaler-budget`, { metadata, spec: autoscalerBudget }, opts);
  new k8s.networking.v1.NetworkPolicy(
    `${scope.name}-autoscaler-policy`,
    { metadata, spec: autoscalerNetworkPolicy },
    opts,
  );
}

function createRights(scope: Scope, opts: pulumi.CustomResourceOptions): void {
  const metadata = autoscalerMetadata;
  const subjects = [{ kind: "ServiceAccount", ...autoscalerAccount }];
  const roleRef = (kind: "ClusterRole" | "Role") => ({
    apiGroup: "rbac.authorization.k8s.io",
    kind,
    name: autoscalerAccount.name,
  });
  const clusterMetadata = { name: metadata.name, labels: metadata.labels };
  const name = `${scope.name}-autoscaler`;
  new k8s.rbac.v1.ClusterRole(`${name}-cluster-role`, { metadata: clusterMetadata, rules: clusterRules }, opts);
  new k8s.rbac.v1.ClusterRoleBinding(
    `${name}-cluster-role-binding`,
    { metadata: clusterMetadata, subjects, roleRef: roleRef("ClusterRole") },
    opts,
  );
  new k8s.rbac.v1.Role(`${name}-namespace-role`, { metadata, rules: namespaceRules }, opts);
  new k8s.rbac.v1.RoleBinding(`${name}-namespace-role-binding`, { metadata, subjects, roleRef: roleRef("Role") }, opts);
}
