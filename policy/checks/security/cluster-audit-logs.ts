import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment } from "../../engine/result.js";
import { at, isUnknown, texts } from "../../model/values.js";
import { EKS, managedClusters } from "../support/clusters.js";

/**
 * Severity medium. EKS writes the audit log only when told to; GKE writes it always, and its component logs by
 * `loggingConfig`. Source: CIS EKS 2.1.1, CIS GKE 5.7.1.
 */
export const clusterAuditLogs = defineCheck({
  id: "cluster-audit-logs",
  title: "Clusters keep an audit log",
  category: "security",
  severity: "medium",
  scope: "resource",
  why: "After a breach nobody can tell who did what.",
  remediation: "Enable the log types api, audit and authenticator on EKS; SYSTEM_COMPONENTS and APISERVER on GKE.",
  link: "https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html",
  subjects: managedClusters,
  judge: ({ type, props }) => {
    const logs = type === EKS ? props.enabledClusterLogTypes : at(props, "loggingConfig", "enableComponents");
    if (isUnknown(logs)) return unknownUntilDeployment("what is logged");
    const wanted = type === EKS ? ["audit", "authenticator"] : ["SYSTEM_COMPONENTS"];
    if (type !== EKS && logs === undefined && props.loggingService !== "none")
      return pass("the cloud's default logs are on");
    const missing = wanted.filter((name) => !texts(logs).includes(name));
    return missing.length > 0 ? fail(`does not log ${missing.join(", ")}`) : pass(`logs ${texts(logs).join(", ")}`);
  },
});
