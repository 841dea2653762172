import { readFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { describeObservability } from "../../components/observability/describe.js";
import type { StackConfig } from "../../config/schema/stack.js";

const marker = "<!-- generated below this line -->";

/** docs/observability.md as it is down to the marker, with the tables of alerts, jobs and dashboards below it. */
export async function observabilityPage(file: string, config: StackConfig): Promise<string> {
  const [written = ""] = readFileSync(file, "utf8").split(marker);
  const text = `${written}${marker}\n\n${describeObservability(config)}`;
  return await format(text, { ...(await resolveConfig(file)), parser: "markdown" });
}
