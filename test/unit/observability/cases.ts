import type { RuleCase } from "../../support/promtool.js";
import { dataCases } from "./cases/data.js";
import { platformCases } from "./cases/platform.js";
import { serviceCases, workloadCases } from "./cases/service.js";

export { sloCases } from "./cases/slo.js";

/** Worlds for every other alert: one in which it must fire, one in which it must not, and the boundary between them. */
export const cases: readonly RuleCase[] = [...serviceCases, ...workloadCases, ...dataCases, ...platformCases];
