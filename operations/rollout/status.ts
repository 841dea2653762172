/** What a delivery is doing in one region, the same for every strategy. */
export interface DeliveryStatus {
  readonly region: string;
  readonly strategy: "rolling" | "canary" | "progressive" | "blueGreen";
  readonly name: string;
  readonly phase: "Healthy" | "Progressing" | "Paused" | "Degraded";
  readonly message: string;
  readonly image: string;
  /** Whether the controller has seen the newest specification; until it has, the phase is about the one before. */
  readonly current: boolean;
  /** Whether only a person can take it further: an inconclusive analysis, or a pause without an end. */
  readonly parked: "inconclusive" | "approval" | undefined;
  readonly stage: string;
  /** Shares of traffic in percent. */
  readonly weights: { readonly stable: number; readonly canary: number };
  readonly metrics: readonly Metric[];
  /** Seconds that the remaining stages take; `undefined` where nobody can say. */
  readonly secondsLeft: number | undefined;
}

export interface Metric {
  readonly name: string;
  /** The latest value, as the metrics server gave it. */
  readonly value: string;
  readonly phase: string;
}

/** A region whose API could not be asked. */
export interface Unreached {
  readonly region: string;
  readonly unreached: string;
}

export type RegionStatus = DeliveryStatus | Unreached;

export function isReached(status: RegionStatus): status is DeliveryStatus {
  return !("unreached" in status);
}
