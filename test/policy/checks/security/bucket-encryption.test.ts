import { bucketEncryption } from "../../../../policy/checks/security/bucket-encryption.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const BUCKET = "aws:s3/bucket:Bucket";
const vault = cloud(BUCKET, "vault-postgres", { bucket: "vault-postgres" });
const plain = cloud(BUCKET, "assets", { bucket: "assets" });
const beside = (type: string, props: object, bucket: unknown = "vault-postgres") =>
  cloud(`aws:s3/${type}`, type, { bucket, ...props });
const gcs = (props: object) => cloud("gcp:storage/bucket:Bucket", "vault-redis", props);
const TYPE = "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const encrypted = (rule: object, bucket = "vault-postgres") =>
  beside(TYPE, { rules: [{ applyServerSideEncryptionByDefault: rule }] }, bucket);

describeCheck(bucketEncryption, {
  pass: {
    "a key of its own": [vault, encrypted({ sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn" })],
    "on Google Cloud": [gcs({ encryption: { defaultKmsKeyName: UNKNOWN } })],
  },
  violation: {
    "holds backups and has no key of its own": [vault],
    "encrypted with AES256": [plain, encrypted({ sseAlgorithm: "AES256" }, "assets")],
    "default key": [plain],
  },
  wrongKind: [deployment()],
  unknown: [vault, beside(TYPE, { rules: UNKNOWN })],
});
