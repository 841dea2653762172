import { clusterSecretEncryption } from "../../../../policy/checks/security/cluster-secret-encryption.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const eks = (props: object) => cloud("aws:eks/cluster:Cluster", "east", { name: "east", ...props });
const gke = (props: object) => cloud("gcp:container/cluster:Cluster", "west", props);

describeCheck(clusterSecretEncryption, {
  pass: {
    EKS: [eks({ encryptionConfig: { resources: ["secrets"], provider: { keyArn: UNKNOWN } } })],
    GKE: [gke({ databaseEncryption: { state: "ENCRYPTED", keyName: "key" } })],
  },
  violation: { "has no encryptionConfig": [eks({})], "databaseEncryption is not ENCRYPTED": [gke({})] },
  wrongKind: [deployment()],
  unknown: [eks({ encryptionConfig: UNKNOWN })],
});
