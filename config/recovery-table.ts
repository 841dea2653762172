/** One plan of R10 (security breach and data loss by the field's practice), as it is by default. */
export interface RecoveryRow {
  /** Key of the plan in the configuration's `recovery` and `recovery.contacts`. */
  readonly section: string;
  /** Recovery time and recovery point objectives, in minutes. */
  readonly rtoMinutes: number;
  readonly rpoMinutes: number;
  /** In order of escalation. */
  readonly contacts: readonly [string, ...string[]];
}

/**
 * The only place where the plans' figures and contacts stand: the configuration's defaults, the ConfigMap that the rule
 * book reads and the plans that are carried out all come from here.
 */
export const recoveryTable = {
  "region-outage": {
    section: "regionOutage",
    rtoMinutes: 15,
    rpoMinutes: 5,
    contacts: ["oncall@example.com", "platform-team@example.com", "cto@example.com"],
  },
  "database-corruption": {
    section: "databaseCorruption",
    rtoMinutes: 60,
    rpoMinutes: 15,
    contacts: ["dba-team@example.com", "oncall@example.com", "cto@example.com"],
  },
  "security-breach": {
    section: "securityBreach",
    rtoMinutes: 240,
    rpoMinutes: 15,
    contacts: ["security@example.com", "oncall@example.com", "cto@example.com"],
  },
  "data-loss": {
    section: "dataLoss",
    rtoMinutes: 120,
    rpoMinutes: 15,
    contacts: ["dba-team@example.com", "oncall@example.com", "cto@example.com"],
  },
} as const satisfies Readonly<Record<string, RecoveryRow>>;

export type RecoveryPlanId = keyof typeof recoveryTable;

/** Ids of the plans, in the order of R10. */
export const recoveryPlanIds = Object.keys(recoveryTable) as readonly RecoveryPlanId[];
