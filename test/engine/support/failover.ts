import { recordPrimary } from "../../../operations/recovery/actions/primary.js";
import { scaleStandby } from "../../../operations/recovery/actions/standby.js";
import { throwSwitch } from "../../../operations/recovery/actions/traffic.js";
import type { ActionContext } from "../../../operations/recovery/action.js";
import { parseSite } from "../../../operations/recovery/site/load.js";
import type { Place } from "../../../operations/recovery/site/site.js";
import type { Region } from "../../support/servers/region/region.js";
import type { TwoRegions } from "../../support/servers/region/regions.js";

export const demoted = { enabled: true, source: "new-primary" };
const postgres = { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster" };
const at = { namespace: "agent-memory", name: "postgres" };

interface PostgresSpec {
  readonly replica?: { readonly enabled: boolean; readonly source: string };
  readonly externalClusters?: readonly { readonly name: string }[];
  readonly resources: { readonly requests: { readonly memory: string } };
}

export async function readPostgres({ api }: Region): Promise<PostgresSpec> {
  return (await api.get(postgres.apiVersion, postgres.kind, at)).spec as PostgresSpec;
}

/** What a failover leaves in the stores' objects: the secondary writes, and the old primary follows it. */
export async function promote({ primary, secondary }: TwoRegions): Promise<void> {
  const object = { ...postgres, metadata: at };
  await secondary.api.mergePatch(object, { spec: { replica: { enabled: false } } });
  await primary.api.mergePatch(object, {
    spec: { replica: demoted, externalClusters: [{ name: demoted.source }] },
  });
}

export interface FailoverPlaces {
  /** Bucket of the switch in the lost region. */
  readonly switch: Place;
  /** Bucket outside of both regions. */
  readonly control: Place;
}

/**
 * The steps of a region outage that change what the program made, by recovery's own actions. The operator of the
 * databases is not there: what it would leave is written by hand.
 */
export async function failOver(regions: TwoRegions, places: FailoverPlaces): Promise<void> {
  const { primary, secondary } = regions;
  const access = ({ name, kubeconfigFile }: Region) => ({
    url: `https://${name}.agent-api.example.com`,
    kubeconfig: kubeconfigFile,
  });
  const site = {
    stack: "production",
    publicUrl: "https://agent-api.example.com",
    primary: primary.name,
    regions: {
      [primary.name]: { ...access(primary), switch: places.switch },
      [secondary.name]: { ...access(secondary), replicas: 4 },
    },
    control: places.control,
  };
  const context: ActionContext = {
    site: parseSite(site, "the test's site"),
    runId: "20261128-000000-region-outage-test",
    planId: "region-outage",
    stepId: "dns-failover",
    key: "key",
    from: primary.name,
    to: secondary.name,
    facts: {},
    forced: [],
    drill: false,
    contacts: [],
    startedAt: new Date().toISOString(),
    signal: new AbortController().signal,
  };
  await promote(regions);
  for (const action of [scaleStandby, recordPrimary, throwSwitch]) await action.run(context);
}
