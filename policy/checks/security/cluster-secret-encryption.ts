import { defineCheck } from "../../engine/check.js";
import { fail, pass, unknownUntilDeployment } from "../../engine/result.js";
import { at, isUnknown, list, records, texts } from "../../model/values.js";
import { EKS, managedClusters } from "../support/clusters.js";

/** Severity high. Secrets are encrypted in etcd with a KMS key of one's own. Source: CIS EKS 5.3.1, CIS GKE 5.3.1. */
export const clusterSecretEncryption = defineCheck({
  id: "cluster-secret-encryption",
  title: "Clusters encrypt Secrets with a key of one's own",
  category: "security",
  severity: "high",
  scope: "resource",
  why: "Without it a copy of the control plane's store holds every password in the clear.",
  remediation: "Set encryptionConfig with resources [secrets] on EKS, databaseEncryption ENCRYPTED on GKE.",
  link: "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
  subjects: managedClusters,
  judge: ({ type, props }) => {
    if (type !== EKS) {
      const state = at(props, "databaseEncryption", "state");
      if (isUnknown(state)) return unknownUntilDeployment("databaseEncryption");
      return state === "ENCRYPTED"
        ? pass("Secrets are encrypted with its key")
        : fail("databaseEncryption is not ENCRYPTED");
    }
    const config = props.encryptionConfig;
    if (isUnknown(config)) return unknownUntilDeployment("encryptionConfig");
    const entries = Array.isArray(config) ? records(config) : list([config]);
    const encrypted = entries.some(
      (entry) => texts(at(entry, "resources")).includes("secrets") && at(entry, "provider", "keyArn") !== undefined,
    );
    return encrypted ? pass("Secrets are encrypted with its key") : fail("has no encryptionConfig for secrets");
  },
});
