import { ensureServers } from "../../operations/local/servers/ensure.js";
import { ensureRegionServers } from "../support/servers/region/region.js";
import { stopRegions } from "../support/servers/region/regions.js";

// Loaded by every file of the suite, and registered once for a process.

// A build from cold takes as long as the machine needs: no test's clock runs meanwhile. One that fails is told by the
// first test that needs its server.
before(async function () {
  this.timeout(0);
  await ensureRegionServers()
    .then(() => ensureServers(["rollouts-controller"]))
    .catch(() => undefined);
});

// The regions are shared, and stopped when the last test is done. One of several worker processes does not know which
// file is its last: there they end with the process.
after(async function () {
  this.timeout(30_000);
  if (process.env.MOCHA_WORKER_ID === undefined) await stopRegions();
});

export { twoRegions, type TwoRegions } from "../support/servers/region/regions.js";
