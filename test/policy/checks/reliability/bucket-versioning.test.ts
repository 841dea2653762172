import { bucketVersioning } from "../../../../policy/checks/reliability/bucket-versioning.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const BUCKET = "aws:s3/bucket:Bucket";
const vault = cloud(BUCKET, "vault-postgres", { bucket: "vault-postgres" });
const beside = (type: string, props: object, bucket: unknown = "vault-postgres") =>
  cloud(`aws:s3/${type}`, type, { bucket, ...props });
const gcs = (props: object) => cloud("gcp:storage/bucket:Bucket", "vault-redis", props);
const versions = (status: string) =>
  beside("bucketVersioning:BucketVersioning", { versioningConfiguration: { status } });

describeCheck(bucketVersioning, {
  pass: { S3: [vault, versions("Enabled")], "Google Cloud": [gcs({ versioning: { enabled: true } })] },
  violation: {
    "holds backups and keeps no versions": [vault],
    "keeps no versions": [vault, versions("Suspended")],
  },
  wrongKind: [deployment()],
  unknown: [gcs({ versioning: { enabled: UNKNOWN } })],
});
