import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { KubeObject } from "../../../operations/local/servers/region/api.js";
import { removeFolder, temporaryFolder } from "../../support/servers/process.js";
import type { Region } from "../../support/servers/region/region.js";
import type { TwoRegions } from "../../support/servers/region/regions.js";
import { watchObjects } from "../../support/servers/region/watch.js";
import type { Properties } from "./properties.js";

const INGRESS_NAMESPACE = "nginx-ingress";

/** What each cloud gives the Service of a load balancer. */
const balancers = { aws: { hostname: "ingress.elb.example.com" }, gcp: { ip: "192.0.2.10" } } as const;

/**
 * Two local control planes that stand for an EKS and a GKE cluster: the clouds' stand-ins answer with their addresses,
 * the commands of the kubeconfigs with their tokens, and their Services get the address of a load balancer.
 */
export class CloudClusters {
  private constructor(
    private readonly folder: string,
    private readonly regions: TwoRegions,
    private readonly stopBalancers: () => void,
  ) {}

  /** The primary region is EKS, the secondary GKE, as in staging and production. */
  static async create(regions: TwoRegions): Promise<CloudClusters> {
    const folder = await temporaryFolder("cloud-clusters");
    await writeCommand(join(folder, "aws"), regions.primary);
    await writeCommand(join(folder, "gke-gcloud-auth-plugin"), regions.secondary);
    const stops = await Promise.all([
      balanceLoad(regions.primary, balancers.aws),
      balanceLoad(regions.secondary, balancers.gcp),
    ]);
    return new CloudClusters(folder, regions, () => stops.forEach((stop) => stop()));
  }

  /** PATH on which the kubeconfigs' commands are found first. */
  get path(): string {
    return [this.folder, process.env.PATH ?? ""].join(delimiter);
  }

  /** What the clouds compute of their clusters, by type. */
  get answers(): Readonly<Record<string, Properties>> {
    const [eks, gke] = [accessOf(this.regions.primary), accessOf(this.regions.secondary)];
    return {
      "aws:eks/cluster:Cluster": {
        endpoint: eks.server,
        certificateAuthority: { data: eks.authority },
        certificateAuthorities: [{ data: eks.authority }],
      },
      "gcp:container/cluster:Cluster": {
        endpoint: gke.server.replace("https://", ""),
        masterAuth: { clusterCaCertificate: gke.authority },
      },
    };
  }

  async stop(): Promise<void> {
    this.stopBalancers();
    await removeFolder(this.folder);
  }
}

function accessOf({ api: { access } }: Region): { server: string; authority: string } {
  return { server: access.server, authority: Buffer.from(access.certificateAuthority).toString("base64") };
}

/** What a kubeconfig's user runs; the region's token, whatever it is asked. */
async function writeCommand(file: string, { api }: Region): Promise<void> {
  const status = { token: api.access.token };
  const credential = { apiVersion: "client.authentication.k8s.io/v1beta1", kind: "ExecCredential", status };
  await writeFile(file, `#!/bin/sh\ncat <<'CREDENTIAL'\n${JSON.stringify(credential)}\nCREDENTIAL\n`);
  await chmod(file, 0o700);
}

interface BalancedService extends KubeObject {
  readonly spec: { readonly type?: string };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly object[] } };
}

/** Gives the ingress's Service the address that the cloud's controller would. */
async function balanceLoad({ api }: Region, address: object): Promise<() => void> {
  return await watchObjects(api, { apiVersion: "v1", kind: "Service", namespace: INGRESS_NAMESPACE }, (change) => {
    const service = change.object as BalancedService;
    if (change.deleted || service.spec.type !== "LoadBalancer" || service.status?.loadBalancer?.ingress) return;
    const object = { ...service, apiVersion: "v1", kind: "Service" };
    // A Service that is gone by now needs no address.
    api.mergePatch(object, { status: { loadBalancer: { ingress: [address] } } }, "status").catch(() => undefined);
  });
}
