import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { KubeApi, KubeObject } from "../servers/region/api.js";

export const PROVISIONER = "agent-platform.local/folder";

const SELECTED_NODE = "volume.kubernetes.io/selected-node";
const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
/** Below a node's /var/lib. */
const FOLDER = "provisioned";

interface ClaimSpec {
  readonly storageClassName?: string;
  readonly volumeName?: string;
  readonly accessModes: readonly string[];
  readonly resources: { readonly requests: { readonly storage: string } };
}

/**
 * Makes a folder of the node for each claim that the scheduler has found one for, and removes it once the claim is gone:
 * what a storage driver does. The claim's size is not enforced.
 */
export class FolderProvisioner {
  constructor(
    private readonly api: KubeApi,
    /** Folder of this machine that is /var/lib of each node. */
    private readonly folders: Readonly<Record<string, string>>,
  ) {}

  /** Looks at every claim and volume once. */
  async look(): Promise<void> {
    const classes = (await this.api.list("storage.k8s.io/v1", "StorageClass"))
      .filter(({ provisioner }) => provisioner === PROVISIONER)
      .map(({ metadata }) => metadata.name);
    if (classes.length === 0) return;
    for (const claim of await this.api.list("v1", "PersistentVolumeClaim")) {
      const { storageClassName = "", volumeName } = claim.spec as ClaimSpec;
      const node = claim.metadata.annotations?.[SELECTED_NODE] ?? "";
      if (volumeName === undefined && classes.includes(storageClassName) && node in this.folders) {
        await this.provision(claim, node);
      }
    }
    for (const volume of await this.api.list("v1", "PersistentVolume")) await this.reclaim(volume);
  }

  private folderOf(node: string, name: string): string {
    return join(this.folders[node] ?? "", FOLDER, name);
  }

  private async provision(claim: KubeObject, node: string): Promise<void> {
    const { storageClassName, accessModes, resources } = claim.spec as ClaimSpec;
    const { name: claimName, namespace, uid } = claim.metadata;
    const name = `pvc-${String(uid)}`;
    await mkdir(this.folderOf(node, name), { recursive: true });
    await this.api.apply(
      {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name, annotations: { [PROVISIONED_BY]: PROVISIONER } },
        spec: {
          storageClassName,
          accessModes,
          capacity: { storage: resources.requests.storage },
          persistentVolumeReclaimPolicy: "Delete",
          claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claimName, uid },
          local: { path: `/var/lib/${FOLDER}/${name}` },
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] },
              ],
            },
          },
        },
      },
      { manager: PROVISIONER },
    );
  }

  private async reclaim(volume: KubeObject): Promise<void> {
    const { name, annotations, deletionTimestamp } = volume.metadata;
    const { phase } = (volume.status ?? {}) as { phase?: string };
    if (annotations?.[PROVISIONED_BY] !== PROVISIONER || phase !== "Released" || deletionTimestamp !== undefined)
      return;
    // Whichever node had it: the others have no such folder.
    for (const node of Object.keys(this.folders)) await rm(this.folderOf(node, name), { recursive: true, force: true });
    await this.api.remove(volume);
  }
}
