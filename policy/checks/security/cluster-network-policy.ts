import { defineCheck, type Context } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment, type Verdict } from "../../engine/result.js";
import type { CloudResource } from "../../model/resource.js";
import { at, isUnknown, text } from "../../model/values.js";
import { EKS, managedClusters } from "../support/clusters.js";

/**
 * Severity high. A NetworkPolicy is a wish until the cluster enforces it: EKS where the CNI add-on is told to, GKE with
 * Dataplane V2 or its network policy option. Source: the platform's own design; CIS EKS 4.3.1, CIS GKE 5.6.7.
 */
export const clusterNetworkPolicy = defineCheck({
  id: "cluster-network-policy",
  title: "Clusters enforce network policies",
  category: "security",
  severity: "high",
  scope: "stack",
  why: "Policies that nothing enforces look the same as those that are in force.",
  remediation: "Set enableNetworkPolicy in the vpc-cni add-on's configuration; ADVANCED_DATAPATH on GKE.",
  link: "https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html",
  subjects: managedClusters,
  judge: (cluster, context) => (cluster.type === EKS ? judgeEks(cluster, context) : judgeGke(cluster)),
});

function judgeEks(cluster: CloudResource, { view }: Context): Verdict {
  const addons = view.ofType("aws:eks/addon:Addon").filter((addon) => addon.props.addonName === "vpc-cni");
  const clusters = view.ofType(EKS).length;
  const own = addons.filter((addon) => clusters === 1 || belongsTo(addon, cluster));
  if (own.some((addon) => isUnknown(addon.props.configurationValues)))
    return unknownUntilDeployment("the add-on's configuration");
  const on = own.some((addon) =>
    /"?enableNetworkPolicy"?\s*:\s*"?true"?/.test(text(addon.props.configurationValues) ?? ""),
  );
  return on
    ? pass("the VPC CNI enforces network policies")
    : fail("the vpc-cni add-on is not told to enforce network policies");
}

function belongsTo(addon: CloudResource, cluster: CloudResource): boolean {
  return (
    (text(addon.props.clusterName) !== undefined && addon.props.clusterName === cluster.props.name) ||
    addon.related.includes(cluster.origin.urn ?? "") ||
    addon.related.some((urn) => cluster.related.includes(urn))
  );
}

function judgeGke({ props }: CloudResource): Verdict {
  const path = props.datapathProvider;
  if (isUnknown(path)) return unknownUntilDeployment("datapathProvider");
  const on =
    path === "ADVANCED_DATAPATH" || at(props, "networkPolicy", "enabled") === true || props.enableAutopilot === true;
  return on
    ? pass("the data plane enforces network policies")
    : fail("neither Dataplane V2 nor networkPolicy is enabled");
}
