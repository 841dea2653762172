import { bucketLifecycle } from "../../../../policy/checks/reliability/bucket-lifecycle.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const BUCKET = "aws:s3/bucket:Bucket";
const vault = cloud(BUCKET, "vault-postgres", { bucket: "vault-postgres" });
const plain = cloud(BUCKET, "assets", { bucket: "assets" });
const beside = (type: string, props: object, bucket: unknown = "vault-postgres") =>
  cloud(`aws:s3/${type}`, type, { bucket, ...props });
const gcs = (props: object) => cloud("gcp:storage/bucket:Bucket", "vault-redis", props);
const lifecycle = (rule: object) =>
  beside("bucketLifecycleConfiguration:BucketLifecycleConfiguration", { rules: [{ status: "Enabled", ...rule }] });
const lock = beside("bucketObjectLockConfiguration:BucketObjectLockConfiguration", {
  rule: { defaultRetention: { mode: "GOVERNANCE", days: 30 } },
});

describeCheck(bucketLifecycle, {
  pass: {
    "old versions expire": [vault, lifecycle({ noncurrentVersionExpiration: { noncurrentDays: 31 } })],
    "on Google Cloud": [
      gcs({ lifecycleRules: [{ action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 31 } }] }),
    ],
  },
  violation: {
    "no lifecycle rule": [vault],
    "expires objects after 7 days, locked for 30": [vault, lock, lifecycle({ expiration: { days: 7 } })],
    "no rule clears non-current versions": [vault, lifecycle({ expiration: { days: 90 } })],
    "deletes objects before their retention ends": [
      gcs({
        retentionPolicy: { retentionPeriod: 864000 },
        lifecycleRules: [{ action: { type: "Delete" }, condition: { age: 5 } }],
      }),
    ],
  },
  wrongKind: [deployment(), plain],
  unknown: [gcs({ lifecycleRules: UNKNOWN })],
});
