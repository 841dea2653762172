import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { backupsSchema, dataSchema, stores, type Store } from "../../config/schema/data.js";
import type { BucketRef, ClusterTarget, WorkloadIdentityRequest } from "../../components/clusters/cluster.js";
import type { RegionVaults } from "../../components/contracts.js";

export const dataConfig = dataSchema.parse({});
export const backupsConfig = backupsSchema.parse({});

export function bucket(region: string, store: Store, scheme: "s3" | "gs" = "s3"): BucketRef {
  const name = `${region}-${store}`;
  return {
    key: name,
    region,
    cloud: scheme === "s3" ? "aws" : "gcp",
    name: pulumi.output(name),
    uri: pulumi.output(`${scheme}://${name}`),
    resourceName: pulumi.output(scheme === "s3" ? `arn:aws:s3:::${name}` : `projects/_/buckets/${name}`),
  };
}

export function vaults(region: string, scheme: "s3" | "gs" = "s3"): RegionVaults {
  const refs = stores.map((store) => [store, bucket(region, store, scheme)]);
  return { region, buckets: Object.fromEntries(refs) as Record<Store, BucketRef> };
}

/** A cluster that records the identities that it is asked for. */
export function clusterTarget(
  region: string,
  role: "primary" | "secondary",
): { readonly cluster: ClusterTarget; readonly identities: WorkloadIdentityRequest[] } {
  const identities: WorkloadIdentityRequest[] = [];
  const cluster: ClusterTarget = {
    key: region,
    cloud: "aws",
    region,
    role,
    weight: 0,
    provider: new k8s.Provider(region, { kubeconfig: "{}" }),
    kubeconfig: pulumi.secret("{}"),
    storageClass: "encrypted",
    podCidrs: ["10.0.0.0/16"],
    loadBalancer: { gives: "hostname", annotations: {} },
    ready: [],
    workloadIdentity: (request) => {
      identities.push(request);
      return { serviceAccountAnnotations: { "example.com/role": request.name } };
    },
  };
  return { cluster, identities };
}
