import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment, warning } from "../../engine/result.js";
import { at, holdsUnknown, isUnknown, records, texts, type Plain } from "../../model/values.js";
import { EKS, managedClusters } from "../support/clusters.js";

const ANYWHERE = new Set(["0.0.0.0/0", "::/0"]);

/**
 * Severity high. The API server is private, or open to named networks only. EKS's default is open to the world, and so
 * is GKE's without authorised networks. Source: CIS EKS 5.4.1, CIS GKE 5.6.3.
 */
export const clusterEndpoint = defineCheck({
  id: "cluster-endpoint",
  title: "API servers are not open to the world",
  category: "security",
  severity: "high",
  scope: "resource",
  why: "A stolen kubeconfig or an unpatched API server is then everybody's.",
  remediation: "Turn public access off, or list the networks that may reach the endpoint.",
  link: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
  subjects: managedClusters,
  judge: ({ type, props }) => (type === EKS ? judgeEks(props) : judgeGke(props)),
});

function judgeEks(props: Plain): ReturnType<typeof pass> {
  const vpc = props.vpcConfig;
  const [open, cidrs] = [at(vpc, "endpointPublicAccess"), at(vpc, "publicAccessCidrs")];
  if (isUnknown(open) || holdsUnknown(cidrs)) return unknownUntilDeployment("vpcConfig");
  if (open === false) return pass("the endpoint is private");
  const named = texts(cidrs);
  if (named.length === 0 || named.some((cidr) => ANYWHERE.has(cidr)))
    return fail("the endpoint is open to the whole internet");
  return at(vpc, "endpointPrivateAccess") === true
    ? pass(`the endpoint is open to ${named.join(", ")} only`)
    : warning("nodes reach the API server over the internet: endpointPrivateAccess is off");
}

function judgeGke(props: Plain): ReturnType<typeof pass> {
  const isPrivate = at(props, "privateClusterConfig", "enablePrivateEndpoint");
  const dns = at(props, "controlPlaneEndpointsConfig", "ipEndpointsConfig", "enabled");
  const networks = props.masterAuthorizedNetworksConfig;
  if (isUnknown(isPrivate) || holdsUnknown(networks)) return unknownUntilDeployment("masterAuthorizedNetworksConfig");
  if (isPrivate === true || dns === false) return pass("the endpoint is private");
  if (networks === undefined) return fail("the endpoint is open to the whole internet");
  const open = records(at(networks, "cidrBlocks")).some((block) => ANYWHERE.has(String(block.cidrBlock)));
  return open
    ? fail("the authorised networks are the whole internet")
    : pass("the endpoint is open to named networks only");
}
