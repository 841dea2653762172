import * as k8s from "@pulumi/kubernetes";
import type { AddonContext, Installed } from "./chart.js";

const group = "multicluster.x-k8s.io";

/**
 * CRD of ServiceExport, as the multi-cluster services API (KEP-1645) declares it: an object without a spec, whose name
 * says which Service is exported, and a status that a controller writes. Without a controller it does nothing.
 */
export const serviceExportCrd = {
  metadata: {
    name: `serviceexports.${group}`,
    annotations: { "pulumi.com/patchFieldManager": "agent-platform" },
  },
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

/**
 * The CRD, except in a fleet, which brings a group of its own (`net.gke.io`). It is applied on the server's side, so that
 * one that is there already, from a stack before this one, is taken over; one of somebody else's that differs is a
 * conflict, and `addons.multiclusterApi.install: false` leaves it alone. Kept on deletion: others may use it.
 */
export function installMulticlusterApi(context: AddonContext): Installed {
  const { name, cluster, parent, config } = context;
  if (cluster.fleetMembership !== undefined || !config.addons.multiclusterApi.install) return [];
  return [
    new k8s.apiextensions.v1.CustomResourceDefinitionPatch(`${name}-serviceexports`, serviceExportCrd, {
      parent,
      provider: cluster.provider,
      dependsOn: [...cluster.ready],
      retainOnDelete: true,
    }),
  ];
}
