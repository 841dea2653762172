import { clusterEndpoint } from "../../../../policy/checks/security/cluster-endpoint.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const eks = (props: object) => cloud("aws:eks/cluster:Cluster", "east", { name: "east", ...props });
const gke = (props: object) => cloud("gcp:container/cluster:Cluster", "west", props);

describeCheck(clusterEndpoint, {
  pass: {
    private: [eks({ vpcConfig: { endpointPublicAccess: false } })],
    "named networks": [eks({ vpcConfig: { publicAccessCidrs: ["203.0.113.0/24"], endpointPrivateAccess: true } })],
    "authorised networks": [gke({ masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "203.0.113.0/24" }] } })],
  },
  violation: {
    "open to the whole internet": [eks({ vpcConfig: {} })],
    "over the internet": [eks({ vpcConfig: { publicAccessCidrs: ["203.0.113.0/24"] } })],
    "the whole internet": [gke({})],
    "are the whole internet": [gke({ masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "0.0.0.0/0" }] } })],
  },
  wrongKind: [deployment()],
  unknown: [eks({ vpcConfig: { publicAccessCidrs: UNKNOWN } })],
});
