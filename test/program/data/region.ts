import { StoreSecrets } from "../../../components/data/credentials.js";
import { DataStores } from "../../../components/data/stores.js";
import type { WorkloadIdentityRequest } from "../../../components/clusters/cluster.js";
import type { DataConfig } from "../../../config/schema/data.js";
import { record, type Recorded } from "../../support/record.js";
import { backupsConfig, clusterTarget, dataConfig, vaults } from "../../support/store-fixtures.js";

/** The three stores of a region, as the program registers them. */
export interface Region {
  readonly recorded: Recorded;
  readonly identities: readonly WorkloadIdentityRequest[];
}

export async function region(role: "primary" | "secondary", config: DataConfig = dataConfig): Promise<Region> {
  let identities: WorkloadIdentityRequest[] = [];
  const recorded = await record(() => {
    const target = clusterTarget("here", role);
    identities = target.identities;
    const own = { ...vaults("here"), copies: vaults("there", "gs").buckets, copiedBy: "job" as const };
    new DataStores("here-data", {
      cluster: target.cluster,
      namespace: "agent-memory",
      config,
      backups: backupsConfig,
      vaults: own,
      primaryVaults: role === "primary" ? own : vaults("elsewhere", "gs"),
      credentials: new StoreSecrets("stores"),
      addonsReady: [],
    });
  });
  return { recorded, identities };
}
