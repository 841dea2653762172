import { bucketLock } from "../../../../policy/checks/reliability/bucket-lock.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const BUCKET = "aws:s3/bucket:Bucket";
const vault = cloud(BUCKET, "vault-postgres", { bucket: "vault-postgres" });
const plain = cloud(BUCKET, "assets", { bucket: "assets" });
const beside = (type: string, props: object, bucket: unknown = "vault-postgres") =>
  cloud(`aws:s3/${type}`, type, { bucket, ...props });
const gcs = (props: object) => cloud("gcp:storage/bucket:Bucket", "vault-redis", props);
const lock = beside("bucketObjectLockConfiguration:BucketObjectLockConfiguration", {
  rule: { defaultRetention: { mode: "GOVERNANCE", days: 30 } },
});

describeCheck(bucketLock, {
  pass: {
    "object lock": [vault, lock],
    "a retention policy": [gcs({ retentionPolicy: { retentionPeriod: 604800 } })],
    "soft delete": [gcs({ softDeletePolicy: { retentionDurationSeconds: 604800 } })],
  },
  violation: {
    "nothing in it is locked": [vault],
    "nothing in it": [gcs({ softDeletePolicy: { retentionDurationSeconds: 0 } })],
  },
  wrongKind: [deployment(), plain],
  unknown: [gcs({ retentionPolicy: { retentionPeriod: UNKNOWN } })],
});
