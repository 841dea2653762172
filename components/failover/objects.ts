import { recoveryPlanIds, recoveryTable, type RecoveryPlanId } from "../../config/recovery-table.js";
import type { StackConfig } from "../../config/schema/stack.js";
import { stores, type Store } from "../../config/schema/data.js";
import type { ClusterTarget } from "../clusters/cluster.js";
import { agentLabels } from "../contracts.js";

/** A recovery plan as the rule book and `operations/` read it from ConfigMap `recovery-plans`. */
export interface RecoveryPlanSummary {
  readonly id: RecoveryPlanId;
  readonly rtoMinutes: number;
  readonly rpoMinutes: number;
  /** Stores that the plan recovers, each with its own recovery point objective in minutes. */
  readonly stores: Readonly<Partial<Record<Store, number>>>;
  /** Keys of the regions that it covers. */
  readonly regions: readonly string[];
  /** In order of escalation. */
  readonly contacts: readonly string[];
}

/** `ha-config` of R9; more than one secondary is listed in order of succession, separated by commas. */
export function haConfig({ regions, failover }: StackConfig): Readonly<Record<string, string>> {
  const placesOf = (role: "primary" | "secondary"): string =>
    regions
      .filter((region) => region.role === role)
      .map(({ region }) => region)
      .join(",");
  return {
    primary_region: placesOf("primary"),
    secondary_region: placesOf("secondary"),
    failover_threshold_seconds: String(failover.thresholdSeconds),
  };
}

/** The plans of R10, each for every region and every store that it recovers: all, or what a wrong statement damages. */
export function recoveryPlans({ recovery, regions }: StackConfig): RecoveryPlanSummary[] {
  const every = Object.fromEntries(stores.map((store) => [store, recovery.storeRpoMinutes[store]]));
  return recoveryPlanIds.map((id) => {
    const { section } = recoveryTable[id];
    return {
      id,
      ...recovery[section],
      stores: id === "database-corruption" ? { postgres: recovery.storeRpoMinutes.postgres } : every,
      regions: regions.map(({ key }) => key),
      contacts: recovery.contacts[section],
    };
  });
}

/** API of ServiceExport in a cluster: a GKE fleet brings a group of its own. */
export function serviceExportApi({ fleetMembership }: Pick<ClusterTarget, "fleetMembership">): string {
  return fleetMembership === undefined ? "multicluster.x-k8s.io/v1alpha1" : "net.gke.io/v1";
}

/** Google's MultiClusterService of R9, which a fleet reads in its primary's cluster. It has no weights: DNS has. */
export const multiClusterServiceSpec = {
  template: {
    spec: {
      selector: { ...agentLabels },
      ports: [
        { name: "http", protocol: "TCP", port: 80, targetPort: 8080 },
        { name: "grpc", protocol: "TCP", port: 9090, targetPort: 9090 },
      ],
    },
  },
};
