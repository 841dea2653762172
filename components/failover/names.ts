/** Name at which one region alone answers: what its health check asks, and what the public name points to. */
export function regionHost(host: string, key: string): string {
  return `${key}.${host}`;
}

/** Name of the standbys behind a region's failover record; needed from three regions on. */
export function standbyHost(host: string, level: number): string {
  return level === 1 ? `standby.${host}` : `standby-${level}.${host}`;
}

/** Object whose existence sends the traffic of a region away: the switch, thrown. */
export function switchObject(key: string): string {
  return `fail-away/${key}`;
}
