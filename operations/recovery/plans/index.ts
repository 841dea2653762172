import { dataLoss } from "./data-loss.js";
import { databaseCorruption } from "./database-corruption.js";
import { failBack } from "./fail-back.js";
import { regionOutage } from "./region-outage.js";
import { securityBreach } from "./security-breach.js";
import type { Plan } from "./plan.js";

/** The platform's own plans, those of R10 first. */
export const plans: readonly Plan[] = [regionOutage, databaseCorruption, securityBreach, dataLoss, failBack];
