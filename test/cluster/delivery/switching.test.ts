import assert from "node:assert/strict";
import { poll } from "../../../common/poll.js";
import { deliveryNames } from "../../../components/delivery/names.js";
import type { DeliveryConfig } from "../../../config/schema/delivery.js";
import { rolloutsController } from "../../support/servers/rollouts.js";
import { twoRegions } from "../cluster.js";
import { RoutingHistory } from "../../support/delivery/routing-history.js";
import { assertAllServed } from "../../support/delivery/served.js";
import { Stand } from "./stand.js";
import { switchStrategy } from "./switching.js";
import { requireProgram } from "../../support/servers/programs.js";

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
    const path = await requireProgram(this, "prometheus");
    const { primary } = await twoRegions();
    await rolloutsController(primary);
    stand = await Stand.open({ region: primary, namespace: "switched", prometheusProgram: path, strategy: "rolling" });
  });
  after(async () => {
    await (stand as Stand | undefined)?.close();
  });

  const served = async (change: () => Promise<void>, unserved?: string): Promise<void> => {
    const history = await RoutingHistory.record(stand.api, stand.namespace);
    await change();
    const moments = await history.replay("agent-memory-service");
    assertAllServed(
      moments.filter(({ route }) => route !== unserved),
      REPLICAS,
    );
  };

  const untilServed = async (tags: Readonly<Record<string, readonly string[]>>): Promise<void> => {
    await poll(
      async () => {
        assert.deepEqual(await stand.served(), tags);
        return true;
      },
      { what: "the new version behind the public host", timeoutMs: 120_000, intervalMs: 250 },
    );
  };

  const versionUnder: Record<Strategy, (tag: string) => Promise<void>> = {
    rolling: async (tag) => {
      await stand.deploy(tag);
      await untilServed({ "agent-memory-service": [tag] });
    },
    canary: async (tag) => {
      const [stable, canary] = [deliveryNames.splitStable, deliveryNames.splitCanary];
      const before = (await stand.served())[stable]!;
      await stand.deployCanary(tag);
      await untilServed({ [stable]: before, [canary]: [tag] });
      await stand.deploy(tag);
      await untilServed({ [stable]: [tag], [canary]: [tag] });
    },
    progressive: async (tag) => {
      await stand.deploy(tag);
      await stand.untilHealthy();
      await untilServed({ [deliveryNames.stable]: [tag] });
    },
    blueGreen: async (tag) => {
      await stand.deploy(tag);
      await stand.untilHealthy();
      await untilServed({ [deliveryNames.active]: [tag] });
    },
  };
  const delivered = new Set<Strategy>();

  for (const [index, from] of TOUR.slice(0, -1).entries()) {
    const to = TOUR[index + 1]!;
    if (!delivered.has(from)) {
      delivered.add(from);
      it(`under ${from} a new version takes the place of the old one, with ready pods behind every route`, async () => {
        // The preview host follows a new version at once, before its pods are ready.
        await served(async () => await versionUnder[from](`2.0.${index}`), "preview");
      });
    }
    it(`from ${from} to ${to} leaves every route at every revision with ready pods behind it`, async () => {
      await served(async () => {
        await switchStrategy(stand, to);
        if (stand.workload.kind === "Rollout") await stand.untilHealthy();
      });
    });
  }
});
