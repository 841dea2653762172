import { bucketTlsOnly } from "../../../../policy/checks/security/bucket-tls-only.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const BUCKET = "aws:s3/bucket:Bucket";
const vault = cloud(BUCKET, "vault-postgres", { bucket: "vault-postgres" });
const beside = (type: string, props: object, bucket: unknown = "vault-postgres") =>
  cloud(`aws:s3/${type}`, type, { bucket, ...props });
const gcs = (props: object) => cloud("gcp:storage/bucket:Bucket", "vault-redis", props);
const policy = (...Statement: object[]) =>
  beside("bucketPolicy:BucketPolicy", { policy: JSON.stringify({ Statement }) });

describeCheck(bucketTlsOnly, {
  pass: {
    "plain HTTP is denied": [
      vault,
      policy({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
    ],
  },
  violation: {
    "has no policy that denies plain HTTP": [vault],
    "does not deny plain HTTP": [vault, policy({ Effect: "Allow", Action: "s3:GetObject" })],
  },
  wrongKind: [deployment(), gcs({})],
  unknown: [vault, beside("bucketPolicy:BucketPolicy", { policy: UNKNOWN })],
});
