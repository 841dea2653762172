import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterTarget } from "../cluster.js";
import { tagsOf, type ClusterArgs, type Fleet } from "../scope.js";
import { createGcpProvider } from "./provider.js";
import { createServices, fleetApis } from "./services.js";

export interface GkeFleetArgs extends Pick<ClusterArgs, "stack" | "environment" | "tags"> {
  readonly project: string;
  /** Whether the regions bring a network of theirs; else the fleet makes one. */
  readonly adoptsNetwork: boolean;
}

/**
 * What lets Services span GKE clusters: one network, for a multi-cluster Service must come from one, the project's APIs,
 * and the fleet's features, which bring the kinds `ServiceExport` (`net.gke.io`) and `MultiClusterService`.
 */
export class GkeFleet extends pulumi.ComponentResource implements Fleet {
  readonly project: string;
  readonly network?: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];

  readonly #name: string;
  readonly #child: pulumi.CustomResourceOptions;

  constructor(name: string, args: GkeFleetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:clusters:GkeFleet", name, {}, opts);
    this.#name = name;
    this.project = args.project;
    const provider = createGcpProvider(name, { project: args.project, tags: tagsOf(args) }, this);
    this.#child = { parent: this, provider };
    this.ready = createServices({ name, child: this.#child }, args.project, fleetApis);
    if (!args.adoptsNetwork) this.network = this.#createNetwork(args.stack);
    this.registerOutputs({ network: this.network });
  }

  /** Turns the features on, once the clusters are members; the primary's holds the fleet's own objects. */
  enable(clusters: readonly ClusterTarget[]): void {
    const dependsOn = [...this.ready, ...clusters.flatMap(({ ready }) => [...ready])];
    const common = { project: this.project, location: "global" };
    const opts = { ...this.#child, dependsOn };
    // The importer finds the other clusters' endpoints; its identity exists once the first cluster does.
    const importer = new gcp.projects.IAMMember(
      `${this.#name}-importer`,
      {
        project: this.project,
        role: "roles/compute.networkViewer",
        member: `serviceAccount:${this.project}.svc.id.goog[gke-mcs/gke-mcs-importer]`,
      },
      opts,
    );
    new gcp.gkehub.Feature(
      `${this.#name}-services`,
      { ...common, name: "multiclusterservicediscovery" },
      { ...opts, dependsOn: [...dependsOn, importer] },
    );
    const configMembership = clusters.find(({ role }) => role === "primary")?.fleetMembership;
    if (configMembership === undefined) return;
    new gcp.gkehub.Feature(
      `${this.#name}-ingress`,
      { ...common, name: "multiclusteringress", spec: { multiclusteringress: { configMembership } } },
      opts,
    );
  }

  #createNetwork(stack: string): pulumi.Output<string> {
    const description = `Nodes of every region of stack ${stack}`;
    const network = new gcp.compute.Network(
      `${this.#name}-network`,
      { autoCreateSubnetworks: false, routingMode: "REGIONAL", description },
      { ...this.#child, dependsOn: [...this.ready] },
    );
    return network.id;
  }
}
