import { stopRegions } from "../support/servers/region/regions.js";

// Loaded by every file of the suite, and registered once: the regions are shared, and stopped when the last test is done.
after(async function () {
  this.timeout(30_000);
  await stopRegions();
});

export { twoRegions, type TwoRegions } from "../support/servers/region/regions.js";
