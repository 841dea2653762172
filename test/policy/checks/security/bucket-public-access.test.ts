import { bucketPublicAccess } from "../../../../policy/checks/security/bucket-public-access.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const BUCKET = "aws:s3/bucket:Bucket";
const vault = cloud(BUCKET, "vault-postgres", { bucket: "vault-postgres" });
const beside = (type: string, props: object, bucket: unknown = "vault-postgres") =>
  cloud(`aws:s3/${type}`, type, { bucket, ...props });
const gcs = (props: object) => cloud("gcp:storage/bucket:Bucket", "vault-redis", props);
const BLOCK = "bucketPublicAccessBlock:BucketPublicAccessBlock";
const settings = (value: boolean) => ({
  blockPublicAcls: value,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
});
const block = (value: boolean) => beside(BLOCK, settings(value));

describeCheck(bucketPublicAccess, {
  pass: {
    "all four settings": [vault, block(true)],
    "enforced prevention": [gcs({ publicAccessPrevention: "enforced" })],
    "a side-car that is joined by what it was made from": [
      vault,
      { ...cloud(`aws:s3/${BLOCK}`, "other", { ...settings(true), bucket: UNKNOWN }), dependencies: [vault.urn] },
    ],
  },
  violation: {
    "has no BucketPublicAccessBlock": [vault],
    "does not set blockPublicAcls": [vault, block(false)],
    "publicAccessPrevention is not enforced": [gcs({})],
  },
  wrongKind: [deployment()],
  unknown: [gcs({ publicAccessPrevention: UNKNOWN })],
});
