import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { backupTable, type BackupPlan } from "../../config/backup-table.js";
import type { BackupsConfig, DataConfig, Store } from "../../config/schema/data.js";
import { writerGrants } from "../backups/location.js";
import type { BucketGrant, ClusterTarget, WorkloadIdentity } from "../clusters/cluster.js";
import type { RegionVaults, StoreCredentials, StoreEndpoint } from "../contracts.js";
import { storeLabels, storeSecrets, storeServices, storeWorkloads } from "./names.js";
import { identityAnnotations } from "./pod.js";

/** What every store of a region is made from. */
export interface StoreArgs {
  readonly cluster: ClusterTarget;
  /** Namespace of the agent and its stores. */
  readonly namespace: string;
  readonly config: DataConfig;
  readonly backups: BackupsConfig;
  /** Buckets of the region; without them nothing is backed up, which is a finding of the rule book. */
  readonly vaults?: RegionVaults;
  readonly credentials: StoreCredentials;
  /** What must be in the cluster first: namespace, operators, their CRDs. */
  readonly addonsReady: readonly pulumi.Resource[];
  /** Namespace of Prometheus, which may scrape the stores. Default "observability". */
  readonly metricsNamespace?: string;
  /** Namespace of the CloudNativePG operator. Default "cnpg-system". */
  readonly operatorNamespace?: string;
}

interface ServicePort {
  readonly name: string;
  readonly port: number;
}

function servicePorts(ports: readonly ServicePort[]): k8s.types.input.core.v1.ServicePort[] {
  return ports.map(({ name, port }) => ({ name, port, targetPort: port, protocol: "TCP" }));
}

/** Name, options and helpers that the resources of one store share. */
export class StoreContext {
  readonly store: Store;
  readonly args: StoreArgs;
  readonly cluster: ClusterTarget;
  readonly namespace: string;
  readonly plan: BackupPlan;
  readonly labels: Record<string, string>;

  constructor(
    readonly name: string,
    readonly parent: pulumi.Resource,
    what: { readonly store: Store; readonly args: StoreArgs },
  ) {
    this.store = what.store;
    this.args = what.args;
    this.cluster = what.args.cluster;
    this.namespace = what.args.namespace;
    this.plan = backupTable(what.args.backups)[what.store];
    this.labels = storeLabels(what.store);
  }

  /** Options of a Kubernetes object of this store. */
  options(extra: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return {
      parent: this.parent,
      provider: this.cluster.provider,
      dependsOn: [...this.args.addonsReady],
      ...extra,
    };
  }

  /** Metadata of an object of this store, in the agent's namespace. */
  metadata(name: string): { name: string; namespace: string; labels: Record<string, string> } {
    return { name, namespace: this.namespace, labels: { ...this.labels } };
  }

  /** Cloud identity of a ServiceAccount of this store. */
  identity(serviceAccount: string, grants: readonly BucketGrant[]): WorkloadIdentity {
    return this.cluster.workloadIdentity({
      name: `${this.cluster.key}-${serviceAccount}`,
      namespace: this.namespace,
      serviceAccount,
      grants,
      parent: this.parent,
      dependsOn: this.args.addonsReady,
    });
  }

  /** Identity that may write to the store's own bucket, and to nothing else. */
  writer(serviceAccount: string): WorkloadIdentity {
    return this.identity(serviceAccount, writerGrants(this.args.vaults, this.store));
  }

  serviceAccount(name: string, identity: WorkloadIdentity): k8s.core.v1.ServiceAccount {
    const annotations = identityAnnotations(identity);
    return new k8s.core.v1.ServiceAccount(
      `${this.name}${name === this.workload ? "" : "-backup"}-service-account`,
      {
        metadata: { ...this.metadata(name), ...(annotations === undefined ? {} : { annotations }) },
        automountServiceAccountToken: false,
      },
      this.options(),
    );
  }

  /** Secret with the store's password or key, and whatever else its software reads from it. */
  secret(data: Record<string, pulumi.Input<string>>, type = "Opaque"): k8s.core.v1.Secret {
    return new k8s.core.v1.Secret(
      `${this.name}-credentials`,
      { metadata: this.metadata(storeSecrets[this.store].name), type, stringData: data },
      this.options(),
    );
  }

  /** The Service that clients use, and the headless one that gives the pods their names. */
  services(ports: readonly ServicePort[], headlessPorts: readonly ServicePort[]): void {
    const create = (role: string, name: string, spec: k8s.types.input.core.v1.ServiceSpec): void => {
      new k8s.core.v1.Service(`${this.name}-${role}`, { metadata: this.metadata(name), spec }, this.options());
    };
    const selector = { ...this.labels };
    create("service", storeServices[this.store].host, { type: "ClusterIP", selector, ports: servicePorts(ports) });
    create("headless", `${this.store}-headless`, {
      clusterIP: "None",
      // Members of a cluster must find each other before any of them is ready.
      publishNotReadyAddresses: true,
      selector,
      ports: servicePorts(headlessPorts),
    });
  }

  /** One instance at a time may be drained. */
  disruptionBudget(): void {
    new k8s.policy.v1.PodDisruptionBudget(
      `${this.name}-disruption-budget`,
      {
        metadata: this.metadata(this.workload),
        spec: { maxUnavailable: 1, selector: { matchLabels: { ...this.labels } } },
      },
      this.options(),
    );
  }

  endpoint(): StoreEndpoint {
    return { store: this.store, ...storeServices[this.store], podLabels: { ...this.labels } };
  }

  get workload(): string {
    return storeWorkloads[this.store];
  }
}
