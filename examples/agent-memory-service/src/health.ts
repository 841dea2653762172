import type { Dependencies, DependencyStates } from "./dependencies.js";
import type { Faults } from "./faults.js";

export interface Verdict {
  readonly ok: boolean;
  readonly body: {
    readonly status: "ok" | "unavailable";
    readonly region: string;
    readonly role?: "primary" | "standby";
    readonly draining?: boolean;
    readonly dependencies?: DependencyStates;
  };
}

/** What the probes (R2) and the health checks of DNS are told. */
export class Health {
  /** Set by SIGTERM: no new requests are wanted, those in flight are finished. */
  draining = false;

  constructor(
    private readonly region: string,
    private readonly dependencies: Dependencies,
    private readonly faults: Faults,
  ) {}

  private verdict(ok: boolean, more: Omit<Verdict["body"], "status" | "region"> = {}): Verdict {
    return { ok, body: { status: ok ? "ok" : "unavailable", region: this.region, ...more } };
  }

  /** `/health`: the process lives. It does not ask the stores, or their outage would restart every pod. */
  live(): Verdict {
    return this.verdict(!this.faults.current.notHealthy);
  }

  /** `/ready`: requests are welcome here. A standby is ready: it serves reads. */
  ready(): Verdict {
    const { dependencies, draining } = this;
    const ok = dependencies.ready && !draining && !this.faults.current.notReady;
    return this.verdict(ok, { draining, dependencies: dependencies.current });
  }

  /** `/health/deep`: the region can take the traffic; DNS asks it. Says besides whether writes are taken here. */
  deep(): Verdict {
    const ready = this.ready();
    return { ...ready, body: { ...ready.body, role: this.dependencies.writable ? "primary" : "standby" } };
  }
}
