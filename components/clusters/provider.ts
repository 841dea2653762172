import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export interface KubernetesProviderArgs {
  readonly kubeconfig: pulumi.Input<string>;
  /** Identity of the cluster: only when it changes is the provider, and with it every object, replaced. */
  readonly identifier: string;
}

/**
 * Kubernetes provider of a cluster. An update for the healthy region goes on while another cluster cannot be reached,
 * and what is in an unreachable cluster is never struck from the state.
 */
export function createKubernetesProvider(
  name: string,
  args: KubernetesProviderArgs,
  parent: pulumi.Resource,
): k8s.Provider {
  return new k8s.Provider(
    `${name}-kubernetes`,
    {
      kubeconfig: args.kubeconfig,
      clusterIdentifier: args.identifier,
      enableServerSideApply: true,
      skipUpdateUnreachable: true,
      deleteUnreachable: false,
    },
    { parent },
  );
}
