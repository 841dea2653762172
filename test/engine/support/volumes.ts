import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";
import type { Region } from "../../support/servers/region/region.js";

/**
 * A storage class with ready-made volumes: the control planes have no provisioner, and a StatefulSet whose claims are
 * not bound never becomes ready.
 */
async function provideVolumes(api: KubeApi, storageClass: string, count: number): Promise<void> {
  const objects: KubeObject[] = [
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: storageClass },
      provisioner: "kubernetes.io/no-provisioner",
      volumeBindingMode: "Immediate",
    },
    ...Array.from({ length: count }, (_, index) => ({
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: `volume-${index}` },
      spec: {
        storageClassName: storageClass,
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        // The nodes are simulated: nothing is ever written there.
        hostPath: { path: `/var/lib/volumes/${index}` },
      },
    })),
  ];
  await Promise.all(objects.map((object) => api.apply(object, { manager: "test" })));
}

/** What the platform expects of a cluster, and no definition that it brings itself. */
export async function prepareCluster({ api }: Region): Promise<void> {
  await provideVolumes(api, "standard", 8);
  await api.remove({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "serviceexports.multicluster.x-k8s.io" },
  });
}
