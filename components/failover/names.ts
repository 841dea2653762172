import { shortName } from "../clusters/names.js";

/** Name at which one region alone answers: what its health check asks, and what the public name points to. */
export function regionHost(host: string, key: string): string {
  return `${key}.${host}`;
}

/** Name of the standbys behind a region's failover record; needed from three regions on. */
export function standbyHost(host: string, level: number): string {
  return level === 1 ? `standby.${host}` : `standby-${level}.${host}`;
}

/** What the name of a stack's switch buckets begins with in S3, which adds 26 characters of its own. */
export function switchBucketPrefix(stack: string): string {
  return `${shortName(`failover-switch-${stack.toLowerCase().replaceAll("_", "-")}`, 36)}-`;
}

/** Object whose existence sends the traffic of a region away: the switch, thrown. */
export function switchObject(key: string): string {
  return `fail-away/${key}`;
}
