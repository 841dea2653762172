import { createHash } from "node:crypto";

const LONGEST = 63;
/** A dash and the eight hexadecimal digits that tell one stack's bucket from all others in the world. */
const SUFFIX = 9;

/**
 * A bucket's name without its random suffix: `<prefix>-<stack>-<region>-<store>`, cut to what S3 and GCS leave room for.
 * A name that had to be cut carries a digest of the whole, so that two long names never meet.
 */
export function bucketBaseName(...parts: readonly string[]): string {
  const whole = parts
    .join("-")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const room = LONGEST - SUFFIX;
  if (whole.length <= room) return whole;
  const digest = createHash("sha256").update(whole).digest("hex").slice(0, 6);
  return `${whole.slice(0, room - digest.length - 1).replace(/-+$/, "")}-${digest}`;
}

/** By this tag the deploying pipeline is denied every change of a vault's key (components/access). */
export const vaultKeyTags = { purpose: "backups" } as const;
