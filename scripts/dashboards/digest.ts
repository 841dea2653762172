import { createHash } from "node:crypto";
import { grafanaDashboard } from "../../components/observability/dashboards/panel.js";
import { dashboards } from "../../components/observability/dashboards/table.js";
import type { StackConfig } from "../../config/schema/stack.js";

/** A dashboard with the name of its picture, and the digest that the picture carries. */
export interface Pictured {
  readonly dashboard: ReturnType<typeof grafanaDashboard>;
  readonly path: string;
  readonly digest: string;
}

/** Every dashboard with its picture's path; a picture with another digest was drawn of another dashboard. */
export function picturedDashboards(config: StackConfig): Pictured[] {
  return dashboards(config).map((each) => {
    const dashboard = grafanaDashboard(each);
    const digest = createHash("sha256").update(JSON.stringify(dashboard)).digest("hex").slice(0, 16);
    return { dashboard, digest, path: `docs/images/dashboards/${dashboard.uid}.svg` };
  });
}
