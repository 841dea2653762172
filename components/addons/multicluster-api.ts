import * as k8s from "@pulumi/kubernetes";
import type { AddonContext, Installed } from "./chart.js";

const group = "multicluster.x-k8s.io";

/**
 * CRD of ServiceExport, as the multi-cluster services API (KEP-1645) declares it: an object without a spec, whose name
 * says which Service is exported, and a status that a controller writes. Without a controller it does nothing.
 */
export const serviceExportCrd = {
  metadata: { name: `serviceexports.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { plural: "serviceexports", singular: "serviceexport", kind: "ServiceExport", shortNames: ["svcex"] },
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              apiVersion: { type: "string" },
              kind: { type: "string" },
              metadata: { type: "object" },
              status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        },
      },
    ],
  },
};

/** The CRD, except on GKE, whose fleet brings a group of its own (`net.gke.io`). Kept on deletion: others may use it. */
export function installMulticlusterApi(context: AddonContext): Installed {
  const { name, cluster, parent } = context;
  if (cluster.cloud === "gcp") return [];
  return [
    new k8s.apiextensions.v1.CustomResourceDefinition(`${name}-serviceexports`, serviceExportCrd, {
      parent,
      provider: cluster.provider,
      dependsOn: [...cluster.ready],
      retainOnDelete: true,
    }),
  ];
}
