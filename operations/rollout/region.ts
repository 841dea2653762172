import { ExitCode, PlatformError } from "../../common/errors.js";
import { kinds, type RegionApi } from "./api.js";
import type { RolloutPatches } from "./commands.js";
import { judge } from "./judge.js";
import type {
  AnalysisRunObject,
  AnalysisTemplateObject,
  DeploymentObject,
  RolloutObject,
  VirtualServiceObject,
} from "./objects.js";
import type { DeliveryStatus } from "./status.js";

/** The delivery of one region. */
export interface RegionDelivery {
  readonly region: string;
  readonly role: "primary" | "secondary";
  readonly api: RegionApi;
  /** Names of the objects that deliver the agent. */
  readonly names: { readonly service: string; readonly canary: string };
}

/** Reads the delivery of a region; an error where there is none. */
export async function readStatus({ region, api, names }: RegionDelivery): Promise<DeliveryStatus> {
  const [rollout, deployment, canary, analysisRuns, analysisTemplates, virtualServices] = await Promise.all([
    api.get({ ...kinds.rollout, name: names.service }),
    api.get({ ...kinds.deployment, name: names.service }),
    api.get({ ...kinds.deployment, name: names.canary }),
    api.list(kinds.analysisRun),
    api.list(kinds.analysisTemplate),
    api.list(kinds.virtualService),
  ]);
  const status = judge({
    region,
    rollout: rollout as RolloutObject | undefined,
    deployment: deployment as DeploymentObject | undefined,
    canary: canary as DeploymentObject | undefined,
    analysisRuns: analysisRuns as readonly AnalysisRunObject[],
    analysisTemplates: analysisTemplates as readonly AnalysisTemplateObject[],
    virtualServices: virtualServices as readonly VirtualServiceObject[],
    now: Date.now(),
  });
  if (status) return status;
  throw new PlatformError(`${region} has neither a Rollout nor a Deployment named ${names.service}`, ExitCode.resource);
}

/** The region's Rollout; an error for the strategies that have nothing to step. */
export async function readRollout({ region, api, names }: RegionDelivery): Promise<RolloutObject> {
  const rollout = await api.get({ ...kinds.rollout, name: names.service });
  if (rollout !== undefined) return rollout as RolloutObject;
  throw new PlatformError(
    `${region} has no Rollout named ${names.service}: only the progressive and blueGreen strategies have steps`,
    ExitCode.resource,
  );
}

/** Writes the patches; the status first, so that a rollout never goes on with a state that is about to change. */
export async function patchRollout({ api, names }: RegionDelivery, patches: RolloutPatches): Promise<void> {
  const ref = { ...kinds.rollout, name: names.service };
  if (patches.status) await api.patch(ref, patches.status, "status");
  if (patches.spec) await api.patch(ref, patches.spec);
}
