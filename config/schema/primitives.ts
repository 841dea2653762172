import { mergeCidr } from "cidr-tools";
import { Cron } from "croner";
import parseDuration from "parse-duration";
import { z } from "zod";
import { parseQuantity } from "../../common/quantity.js";

/** Attaches the sentence that docs/configuration.md and the JSON Schema show for a key. */
export function doc<T extends z.ZodType>(schema: T, description: string): T {
  return schema.describe(description);
}

/** A section whose keys all have defaults: leaving the section out gives every default. */
export function section<T extends z.ZodRawShape>(shape: T): z.ZodPrefault<z.ZodObject<T, z.core.$strict>> {
  return z.strictObject(shape).prefault({} as never);
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A name that Kubernetes and both clouds accept: lower-case letters, digits and dashes, at most 63. */
export const dnsLabel = z.string().regex(DNS_LABEL, "must be a DNS label: a-z, 0-9 and dashes, at most 63 characters");

export const hostName = z
  .string()
  .max(253)
  .refine(
    (text) => text.includes(".") && text.split(".").every((label) => DNS_LABEL.test(label)),
    "must be a fully qualified host name in lower case, such as agent-api.example.com",
  );

export const cpuQuantity = quantity("a CPU quantity such as 500m or 2");
export const byteQuantity = quantity("a size such as 512Mi or 2Gi");

function quantity(what: string) {
  return z.string().refine((text) => (parseQuantity(text) ?? 0) > 0, `must be ${what}`);
}

/** Time spans are written as `30s`, `10m`, `2h` or `30d`. */
export const duration = z
  .string()
  .refine(
    (text) => /^\d+(ms|s|m|h|d)$/.test(text) && (parseDuration(text) ?? 0) > 0,
    "must be a time span such as 30s, 10m, 2h or 7d",
  );

/** Seconds in a time span that the schema has accepted. */
export function seconds(text: string): number {
  return (parseDuration(text) ?? 0) / 1000;
}

/** A cron line of five fields: minute, hour, day of month, month, day of week; UTC. */
export const cronLine = z.string().refine((text) => {
  if (text.trim().split(/\s+/).length !== 5) return false;
  try {
    return new Cron(text, { mode: "5-part", paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}, "must be a cron line of five fields that comes true, such as 0 2 * * *");

export const cidr = z.string().refine((text) => {
  try {
    // The host part must be empty: clouds refuse 10.0.0.1/16, or silently round it down.
    return text.includes("/") && mergeCidr([text])[0] === text;
  } catch {
    return false;
  }
}, "must be a network in CIDR form with no host bits set, such as 10.0.0.0/16");

const IMAGE = /^[a-z0-9]+([._/:-][a-z0-9]+)*(:[\w][\w.-]{0,127})?(@sha256:[a-f0-9]{64})?$/;

export const image = z.string().regex(IMAGE, "must be an image reference such as ghcr.io/org/name:1.2.3 or …@sha256:…");

/** Whether an image can never change under its name: a digest, or a tag that carries a version. */
export function isPinnedImage(reference: string): boolean {
  if (reference.includes("@sha256:")) return true;
  const tag = /:([^/:]+)$/.exec(reference)?.[1];
  return tag !== undefined && /\d+\.\d+|^[0-9a-f]{7,40}$|^sha-[0-9a-f]{7,}$/.test(tag);
}

/** An exact version: `1.2.3` or `v1.2.3`, with an optional suffix; no range, no `latest`. */
export const exactVersion = z
  .string()
  .regex(/^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.-]+)?$/, "must be an exact version such as 1.2.3: no range, no latest");

export const minorVersion = z.string().regex(/^1\.\d{2}$/, "must be a Kubernetes minor version such as 1.35");

export const percent = z.int().min(0).max(100);
export const positive = z.int().min(1);
export const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });
export const email = z.email("must be an e-mail address");
/** An absolute HTTP path. */
export const path = z.string().regex(/^\/[\w./-]*$/, "must be an absolute path such as /health");
