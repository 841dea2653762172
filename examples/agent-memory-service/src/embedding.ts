import { createHash } from "node:crypto";

const DIMENSIONS = 256;

/**
 * A vector of a text by feature hashing: each word adds to one of 256 dimensions, with a sign. It finds texts that share
 * words, the same on every machine and with no model to download; a real service puts its embedding model here.
 */
export function embed(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const digest = createHash("sha256").update(word).digest();
    const dimension = digest.readUInt16LE(0) % DIMENSIONS;
    vector[dimension] = (vector[dimension] ?? 0) + ((digest[2] ?? 0) & 1 ? 1 : -1);
  }
  const length = Math.hypot(...vector);
  // A text without words still needs a direction, or its distance to everything is undefined.
  return length === 0 ? [1, ...vector.slice(1)] : vector.map((value) => value / length);
}
