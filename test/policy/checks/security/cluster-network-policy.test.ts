import { clusterNetworkPolicy } from "../../../../policy/checks/security/cluster-network-policy.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const eks = (props: object) => cloud("aws:eks/cluster:Cluster", "east", { name: "east", ...props });
const gke = (props: object) => cloud("gcp:container/cluster:Cluster", "west", props);
const cni = (configurationValues: unknown) =>
  cloud("aws:eks/addon:Addon", "cni", { addonName: "vpc-cni", clusterName: "east", configurationValues });

describeCheck(clusterNetworkPolicy, {
  pass: {
    "the VPC CNI": [eks({}), cni('{"enableNetworkPolicy":"true"}')],
    "Dataplane V2": [gke({ datapathProvider: "ADVANCED_DATAPATH" })],
  },
  violation: {
    "is not told to": [eks({}), cni("{}")],
    "neither Dataplane V2": [gke({})],
  },
  wrongKind: [deployment()],
  unknown: [eks({}), cni(UNKNOWN)],
});
