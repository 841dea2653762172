import type { DeliveryConfig } from "../../../config/schema/delivery.js";
import { skip } from "../../support/counts.js";
import { ensurePackage } from "../../../operations/local/servers/packages.js";
import { rolloutsController } from "../../support/servers/rollouts.js";
import { twoRegions } from "../cluster.js";
import { RoutingHistory } from "../../support/delivery/routing-history.js";
import { assertAllServed } from "../../support/delivery/served.js";
import { Stand } from "./stand.js";
import { switchStrategy } from "./switching.js";

type Strategy = DeliveryConfig["strategy"];

/** Every strategy gives way to every other one. */
const TOUR: readonly Strategy[] = [
  "rolling",
  "canary",
  "rolling",
  "progressive",
  "canary",
  "progressive",
  "rolling",
  "blueGreen",
  "rolling",
  "progressive",
  "blueGreen",
  "canary",
  "blueGreen",
  "progressive",
];

const REPLICAS = 3;

describe("a change of strategy on a running service", function () {
  this.timeout(10 * 60_000);
  let stand: Stand;

  before(async function () {
    const { path, missing } = await ensurePackage("prometheus", "prometheus");
    if (missing !== undefined) skip(this, missing);
    const { primary } = await twoRegions();
    await rolloutsController(primary);
    stand = await Stand.open({ region: primary, namespace: "switched", prometheusProgram: path, strategy: "rolling" });
  });
  after(async () => {
    await (stand as Stand | undefined)?.close();
  });

  for (const [index, from] of TOUR.slice(0, -1).entries()) {
    const to = TOUR[index + 1]!;
    it(`from ${from} to ${to} leaves every route at every revision with ready pods behind it`, async () => {
      const history = await RoutingHistory.record(stand.api, stand.namespace);
      await switchStrategy(stand, to);
      if (stand.workload.kind === "Rollout") await stand.untilHealthy();
      const moments = await history.replay("agent-memory-service");
      assertAllServed(moments, REPLICAS);
    });
  }
});
