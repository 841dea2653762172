import { keyRotation } from "../../../../policy/checks/security/key-rotation.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { describeCheck, cloud } from "../../support/check.js";
import { deployment } from "../../support/objects.js";

const key = (props: object) => cloud("aws:kms/key:Key", "key", props);
const cryptoKey = (rotationPeriod: unknown) => cloud("gcp:kms/cryptoKey:CryptoKey", "key", { rotationPeriod });

describeCheck(keyRotation, {
  pass: { "on AWS": [key({ enableKeyRotation: true })], "on Google Cloud": [cryptoKey("7776000s")] },
  violation: {
    "enableKeyRotation is off": [key({})],
    "has no rotationPeriod": [cryptoKey(undefined)],
    "less than once a year": [cryptoKey("63072000s")],
  },
  wrongKind: [deployment(), key({ customerMasterKeySpec: "RSA_2048" })],
  unknown: [key({ enableKeyRotation: UNKNOWN })],
});
