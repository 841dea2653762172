import type { ActionContext } from "../../../operations/recovery/action.js";
import { parseSite } from "../../../operations/recovery/site/load.js";
import type { Site } from "../../../operations/recovery/site/site.js";

/** A stack of two regions that are nowhere, with more keys. */
export const site = (more: object): Site =>
  parseSite(
    {
      stack: "production",
      publicUrl: "https://agent-api.example.com",
      primary: "us-east-1",
      regions: {
        "us-east-1": { url: "https://us-east-1.agent-api.example.com" },
        "us-west1": { url: "https://us-west1.agent-api.example.com" },
      },
      control: { uri: "file:///nowhere" },
      ...more,
    },
    "the test's site",
  );

/** What an action of a region outage's run is given. */
export const context = (of: Site): ActionContext => ({
  site: of,
  runId: "20261124-000000-region-outage-test",
  planId: "region-outage",
  stepId: "dns-failover",
  key: "key",
  from: "us-east-1",
  to: "us-west1",
  facts: {},
  forced: [],
  drill: true,
  contacts: ["oncall@example.com"],
  startedAt: new Date().toISOString(),
  signal: new AbortController().signal,
});
