import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/schema/stack.js";
import type { ClusterTarget } from "../clusters/cluster.js";
import { installArgoRollouts } from "./argo-rollouts.js";
import { installBlackboxExporter } from "./blackbox-exporter.js";
import { type ChallengeZone, installCertManager } from "./cert-manager.js";
import type { AddonContext, Installed } from "./chart.js";
import { installCloudNativePg } from "./cloudnative-pg.js";
import { installIngress } from "./ingress.js";
import { installIstio } from "./istio.js";
import { installMulticlusterApi } from "./multicluster-api.js";
import { type AddonName, createNamespaces } from "./namespaces.js";
import { installOtelCollector } from "./otel-collector.js";
import { installPrometheusAdapter } from "./prometheus-adapter.js";
import { installPrometheus } from "./prometheus.js";

export interface AddOnsArgs {
  readonly cluster: ClusterTarget;
  readonly config: StackConfig;
  /** Zone in which certificates' challenges are answered; without it they are answered by HTTP. */
  readonly zone?: ChallengeZone;
}

/** Everything that the platform needs in one cluster; what is declared preinstalled is left alone. */
export class AddOns extends pulumi.ComponentResource {
  /** What consumers of the add-ons' custom resources and webhooks must wait for; of a chain, its end. */
  readonly ready: readonly pulumi.Resource[];
  /** Host name or IP at which the cluster's ingress is reached; empty where the cluster has no load balancer. */
  readonly ingressAddress: pulumi.Output<string>;
  private readonly config: StackConfig;

  constructor(name: string, args: AddOnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("agent-platform:addons:AddOns", name, {}, opts);
    this.config = args.config;
    const common = { name, cluster: args.cluster, config: args.config, parent: this };
    const context: AddonContext = { ...common, namespaces: createNamespaces(common) };
    const prometheus = installPrometheus(context);
    const mesh = installIstio(context);
    const ingress = installIngress(context, mesh);
    const certManager = installCertManager(context, args.zone);
    this.ingressAddress = ingress.address;
    this.ready = [
      ...prometheus,
      ...mesh,
      ...ingress.resources,
      ...certManager,
      ...this.installOperators(context, { prometheus, certManager }),
    ];
    this.registerOutputs({ ingressAddress: this.ingressAddress });
  }

  /** Whether the program installed the add-on; false where it was there before. */
  installed(addon: AddonName): boolean {
    return this.config.addons[addon].install;
  }

  private installOperators(
    context: AddonContext,
    needs: { readonly prometheus: Installed; readonly certManager: Installed },
  ): Installed {
    return [
      ...installArgoRollouts(context),
      ...installCloudNativePg(context, needs.certManager),
      ...installPrometheusAdapter(context, needs.prometheus),
      ...installBlackboxExporter(context),
      ...installOtelCollector(context),
      ...installMulticlusterApi(context),
    ];
  }
}
