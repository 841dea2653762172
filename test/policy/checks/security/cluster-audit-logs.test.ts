import { clusterAuditLogs } from "../../../../policy/checks/security/cluster-audit-logs.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const eks = (props: object) => cloud("aws:eks/cluster:Cluster", "east", { name: "east", ...props });
const gke = (props: object) => cloud("gcp:container/cluster:Cluster", "west", props);

describeCheck(clusterAuditLogs, {
  pass: {
    EKS: [eks({ enabledClusterLogTypes: ["api", "audit", "authenticator"] })],
    "GKE's default": [gke({})],
    GKE: [gke({ loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] } })],
  },
  violation: {
    "does not log audit": [eks({})],
    "does not log SYSTEM_COMPONENTS": [gke({ loggingConfig: { enableComponents: [] } })],
  },
  wrongKind: [deployment()],
  unknown: [eks({ enabledClusterLogTypes: UNKNOWN })],
});
