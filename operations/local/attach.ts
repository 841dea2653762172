import { existsSync } from "node:fs";
import { join } from "node:path";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { isRunning, Ledger } from "./ledger.js";
import { platformFolder, type LocalPlan } from "./platform.js";
import { nodeName, type RunningRegion } from "./region.js";
import { openKubeconfig } from "./servers/region/access.js";
import { Space } from "./space.js";

/** A platform that an earlier run of the command started. */
export interface RunningPlatform {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly regions: readonly RunningRegion[];
}

/**
 * Finds what runs of a plan by what was recorded of it.
 * @throws PlatformError exit code 2 where it does not run, or not whole.
 */
export async function attachPlatform(plan: LocalPlan): Promise<RunningPlatform> {
  const folder = platformFolder(plan.name);
  const ledger = existsSync(folder) ? await Ledger.open(folder) : undefined;
  const spaces = new Map(ledger?.processes.filter(isRunning).map(({ name, pid }) => [name, pid]));
  const regions: RunningRegion[] = [];
  for (const region of plan.regions) {
    const kubeconfigFile = ledger?.notes[`kubeconfig ${region.name}`];
    const nodes = Array.from({ length: region.nodes }, (_, index) => nodeName(region, index)).flatMap((name) => {
      const pid = spaces.get(name);
      return pid === undefined ? [] : [{ name, place: { space: Space.attach(name, join(folder, name), pid) } }];
    });
    if (kubeconfigFile === undefined || nodes.length < region.nodes) throw notRunning(plan.name, region.name);
    const api = await openKubeconfig(kubeconfigFile);
    regions.push({ name: region.name, plan: region, api, kubeconfigFile, nodes });
  }
  if (ledger === undefined) throw notRunning(plan.name, plan.name);
  return { folder, ledger, regions };
}

function notRunning(platform: string, part: string): PlatformError {
  return new PlatformError(`the local platform ${platform} does not run`, ExitCode.configuration, [
    { path: part, rule: "must run on this machine", fix: "sudo npm run local -- up" },
  ]);
}
