import { messageOf } from "../../../common/errors.js";
import { openCluster } from "../cluster.js";
import { figuresOf, type Figures } from "../run/figures.js";
import { stateOf, type RunInput, type RunRecord } from "../run/record.js";
import { openPlace } from "../site/places.js";
import type { Site } from "../site/site.js";
import type { ClientCounts } from "./client.js";

/** What a drill measured; what the rule book reads. */
export interface DrillResult {
  readonly plan: string;
  readonly stack: string;
  readonly run: string;
  /** RFC 3339. */
  readonly at: string;
  readonly by: string;
  readonly rtoSeconds?: number;
  readonly rtoTargetSeconds: number;
  readonly rpoSeconds?: number;
  readonly rpoTargetSeconds: number;
  readonly automatedSeconds?: number;
  readonly client: ClientCounts;
  /** Whether both objectives were met and nothing failed. */
  readonly passed: boolean;
}

/** A drill passes where the run ended, and both figures are known and within their targets. */
function judgeDrill(figures: Figures, completed: boolean): boolean {
  const { rtoSeconds, rtoTargetSeconds, rpoSeconds = 0, rpoTargetSeconds } = figures;
  return completed && rtoSeconds !== undefined && rtoSeconds <= rtoTargetSeconds && rpoSeconds <= rpoTargetSeconds;
}

/** What every drill's run is begun with. */
export function drillInput({
  runId,
  by,
}: {
  readonly runId: string;
  readonly by: string;
}): Omit<RunInput, "stack" | "plan" | "from" | "to"> {
  return { runId, by, autoApprove: true, forced: [], drill: true, values: {}, escalateAfterMinutes: 5 };
}

export function resultOf(record: RunRecord, more: { readonly by: string; readonly client: ClientCounts }): DrillResult {
  const { input } = record;
  const figures = figuresOf(record);
  return {
    plan: input.plan.id,
    stack: input.stack,
    run: input.runId,
    at: new Date().toISOString(),
    ...more,
    ...figures,
    passed: judgeDrill(figures, stateOf(record).status === "completed"),
  };
}

const drillMapName = (plan: string): string => `drill-${plan}`;

/** Data of the ConfigMap `drill-<plan>`, whose age the alert DrillOverdue reads and whose words the rule book does. */
function drillMapData(result: DrillResult): Record<string, string> {
  return { "drill.json": JSON.stringify(result) };
}

/**
 * Keeps the result where the stack's own parts look: the control bucket, and a ConfigMap in every cluster, made anew so
 * that its age is that of the drill.
 * @returns where it could not be kept, with the reason.
 */
export async function storeDrill(site: Site, result: DrillResult): Promise<string[]> {
  const missed: string[] = [];
  const trying = async (where: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      missed.push(`${where}: ${messageOf(thrown)}`);
    }
  };
  const key = `drills/${site.stack}/${result.plan}.json`;
  await trying(
    site.control.uri,
    async () => await openPlace(site.control).writeText(key, `${JSON.stringify(result)}\n`),
  );
  for (const [name, region] of Object.entries(site.regions)) {
    if (region.kubeconfig === undefined) continue;
    await trying(name, async () => {
      const cluster = await openCluster(region, site.namespace);
      const map = { apiVersion: "v1", kind: "ConfigMap", name: drillMapName(result.plan) };
      await cluster.remove(map);
      await cluster.apply({ ...map, metadata: { name: map.name }, data: drillMapData(result) });
    });
  }
  return missed;
}
