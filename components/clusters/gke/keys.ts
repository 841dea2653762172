import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { GcpRegionConfig } from "../../../config/schema/regions.js";
import type { Scope } from "../scope.js";

/** A key with the binding that lets its one user use it. */
export interface GrantedKey {
  /** Resource name of the key. */
  readonly id: pulumi.Output<string>;
  readonly grant: gcp.kms.CryptoKeyIAMMember;
}

export interface GkeKeys {
  /** Makes the region's keys; the ring is made once. */
  readonly ring: gcp.kms.KeyRing;
  readonly projectNumber: pulumi.Output<string>;
}

/** The ring that holds the region's keys. Google never deletes a ring: it stays after the stack, empty of use. */
export function createKeyRing(scope: Scope, region: GcpRegionConfig, dependsOn: readonly pulumi.Resource[]): GkeKeys {
  const ring = new gcp.kms.KeyRing(
    `${scope.name}-keys`,
    { location: region.region, project: region.project },
    { ...scope.child, protect: scope.protect, dependsOn: [...dependsOn] },
  );
  const projectNumber = gcp.organizations.getProjectOutput({ projectId: region.project }, scope.child).number;
  return { ring, projectNumber };
}

/** Key with which GKE encrypts Kubernetes secrets in etcd. */
export function createSecretsKey(scope: Scope, keys: GkeKeys): GrantedKey {
  const agent = pulumi.interpolate`service-${keys.projectNumber}@container-engine-robot.iam.gserviceaccount.com`;
  return createKey(scope, keys, { role: "secrets", agent });
}

/** Key for boot disks and persistent volumes. */
export function createVolumesKey(scope: Scope, keys: GkeKeys): GrantedKey {
  const agent = pulumi.interpolate`service-${keys.projectNumber}@compute-system.iam.gserviceaccount.com`;
  return createKey(scope, keys, { role: "volumes", agent });
}

function createKey(
  scope: Scope,
  { ring }: GkeKeys,
  { role, agent }: { readonly role: string; readonly agent: pulumi.Output<string> },
): GrantedKey {
  const key = new gcp.kms.CryptoKey(
    `${scope.name}-${role}-key`,
    {
      keyRing: ring.id,
      purpose: "ENCRYPT_DECRYPT",
      // 90 days in seconds.
      rotationPeriod: "7776000s",
      // 30 days in which a deletion can be taken back.
      destroyScheduledDuration: "2592000s",
    },
    // Disks and snapshots can outlive the stack: with their key's versions they would be lost.
    { ...scope.child, protect: scope.protect, retainOnDelete: scope.protect },
  );
  const grant = new gcp.kms.CryptoKeyIAMMember(
    `${scope.name}-${role}-key-user`,
    {
      cryptoKeyId: key.id,
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: pulumi.interpolate`serviceAccount:${agent}`,
    },
    scope.child,
  );
  return { id: key.id, grant };
}
