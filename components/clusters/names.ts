import { createHash } from "node:crypto";

/** Six hexadecimal digits that tell two texts apart where a name has no room for them. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 6);
}

/** A name within a cloud's limit: as it is where it fits, else cut and closed with its digest. */
export function shortName(name: string, limit: number): string {
  if (name.length <= limit) return name;
  return `${name.slice(0, limit - 7).replace(/-+$/, "")}-${digest(name)}`;
}

/** Name of the cluster in its cloud: 40 characters is GKE's limit, and EKS's log group carries the name too. */
export function clusterName(stack: string, regionKey: string): string {
  return shortName(`agent-${stack.toLowerCase().replaceAll("_", "-")}-${regionKey}`, 40);
}

/** Storage class that every created or adopted cloud cluster gets: encrypted with a key of the stack's own. */
export const encryptedStorageClass = "platform-encrypted";
