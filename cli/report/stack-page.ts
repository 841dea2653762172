import type { PreviewSummary } from "../preview/summary.js";
import type { Report } from "../readiness/report.js";
import { drawTopology } from "../topology/drawing.js";
import { renderPage } from "./page.js";

/** The page of a stack that was run offline. */
export async function stackPage(summary: PreviewSummary, report: Report, generatedAt = new Date()): Promise<string> {
  const drawing = await drawTopology(summary.topology);
  return renderPage({
    ...{ summary, report, drawing, generatedAt },
    title: summary.stack,
    source: `Stack ${summary.stack}, offline`,
  });
}
