import type { Fault } from "../../common/errors.js";
import type { StackConfig } from "../schema/stack.js";
import { agentRules } from "./agent.js";
import { deliveryRules } from "./delivery.js";
import { failoverRules } from "./failover.js";
import { usableKubeconfigs } from "./kubeconfigs.js";
import { observabilityRules } from "./observability.js";
import { productionRules } from "./production.js";
import { regionRules } from "./regions.js";
import { storeRules } from "./stores.js";

/** A rule over several fields: the faults that it finds in a configuration whose fields are each well-formed. */
export type Rule = (config: StackConfig) => Fault[];

export const crossFieldRules: readonly Rule[] = [
  ...regionRules,
  ...agentRules,
  ...deliveryRules,
  ...storeRules,
  ...failoverRules,
  usableKubeconfigs,
  ...observabilityRules,
  ...productionRules,
];
