/** What a kubeconfig's user runs to get a short-lived token: no credential is stored. */
interface ExecPlugin {
  readonly command: string;
  readonly args?: readonly string[];
  readonly installHint: string;
}

export interface ClusterEndpoint {
  readonly name: string;
  readonly server: string;
  /** Certificate authority, base64. */
  readonly certificateAuthority: string;
}

/**
 * Kubeconfig of an EKS cluster as JSON. The region is part of the command: without it the answer would depend on the
 * shell's own default region.
 */
export function eksKubeconfig(cluster: ClusterEndpoint, region: string): string {
  return kubeconfig(cluster, {
    command: "aws",
    args: ["--region", region, "eks", "get-token", "--cluster-name", cluster.name, "--output", "json"],
    installHint: "install the AWS CLI, version 2",
  });
}

/** Kubeconfig of a GKE cluster as JSON. */
export function gkeKubeconfig(cluster: ClusterEndpoint): string {
  return kubeconfig(cluster, {
    command: "gke-gcloud-auth-plugin",
    installHint: "gcloud components install gke-gcloud-auth-plugin",
  });
}

function kubeconfig(cluster: ClusterEndpoint, exec: ExecPlugin): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": cluster.name,
    clusters: [
      {
        name: cluster.name,
        cluster: { server: cluster.server, "certificate-authority-data": cluster.certificateAuthority },
      },
    ],
    contexts: [{ name: cluster.name, context: { cluster: cluster.name, user: cluster.name } }],
    users: [
      {
        name: cluster.name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            interactiveMode: "Never",
            provideClusterInfo: true,
            ...exec,
          },
        },
      },
    ],
  });
}
