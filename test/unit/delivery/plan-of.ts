import { podTemplate } from "../../../components/agent/pod-template.js";
import { deliveryPlan, type DeliveryPlan } from "../../../components/delivery/plan.js";
import type { DeliveryConfig } from "../../../config/schema/delivery.js";
import { stackConfig } from "../../support/stacks.js";

export const { agent, delivery } = stackConfig("production");

/** The plan of the production stack, with other delivery settings. */
export function planOf(overrides: Partial<DeliveryConfig>): DeliveryPlan {
  return deliveryPlan({
    agent,
    delivery: { ...delivery, ...overrides },
    pod: (labels, image) =>
      podTemplate({ agent, environment: "production", waitFor: [], labels, configDigest: "", image }),
  });
}
