import { encryptedStorageClass } from "../../../components/clusters/names.js";
import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";
import type { Region } from "../../support/servers/region/region.js";

/** Ready-made volumes: the control planes have no provisioner, and without a volume a StatefulSet is never ready. */
async function provideVolumes(api: KubeApi, storageClassName: string): Promise<void> {
  const volumes = Array.from({ length: 8 }, (_, index): KubeObject => ({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `volume-${index}` },
    spec: {
      storageClassName,
      capacity: { storage: "1Ti" },
      accessModes: ["ReadWriteOnce"],
      // The nodes are simulated: nothing is ever written there.
      hostPath: { path: `/var/lib/volumes/${index}` },
    },
  }));
  await Promise.all(volumes.map((object) => api.apply(object, { manager: "test" })));
}

/** The program brings this definition itself. */
export async function removeServiceExports(api: KubeApi): Promise<void> {
  await api.remove({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "serviceexports.multicluster.x-k8s.io" },
  });
}

/** What the platform expects of an existing cluster, with its storage class, and no definition that it brings itself. */
export async function prepareCluster({ api }: Region): Promise<void> {
  const storageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "kubernetes.io/no-provisioner",
    volumeBindingMode: "Immediate",
  };
  await api.apply(storageClass, { manager: "test" });
  await provideVolumes(api, "standard");
  await removeServiceExports(api);
}

/** The same of a cluster in a cloud, whose storage class is the program's own. */
export async function prepareCloudCluster({ api }: Region): Promise<void> {
  await provideVolumes(api, encryptedStorageClass);
  await removeServiceExports(api);
}
