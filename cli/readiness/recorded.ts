import { CHECKS } from "../../policy/checks/index.js";
import { judge } from "../../policy/engine/judge.js";
import { viewOfPulumi } from "../../policy/model/pulumi.js";
import { environmentOf } from "../../policy/pack/environment.js";
import type { ProgramRun } from "../preview/run-program.js";
import { readConfiguration } from "./configuration.js";
import { toReport, type Report } from "./report.js";
import { stackConfiguration } from "./run.js";
import { toPulumiResources } from "./sources/stack.js";

/** The verdict over an offline run, the same as `readiness --stack` gives, without running the program again. */
export function judgeRecorded(
  run: ProgramRun,
  { now = new Date(), file = stackConfiguration(run.stack) }: { now?: Date; file?: string | undefined } = {},
): Report {
  const configuration = file === undefined ? {} : readConfiguration(file, now);
  const environment = configuration.environment ?? environmentOf(run.stack);
  const view = viewOfPulumi(toPulumiResources(run.resources), { environment, now });
  const known = new Set(CHECKS.map((check) => check.id));
  return toReport(judge(CHECKS, view, { ...configuration.settings, known }), configuration.faults ?? []);
}
