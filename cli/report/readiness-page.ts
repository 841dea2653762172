import { writeOutput } from "../output/file.js";
import type { Report } from "../readiness/report.js";
import { renderPage } from "./page.js";

export interface JudgedSource {
  readonly stack?: string;
  readonly manifests?: string;
  readonly context?: string;
  readonly html?: string;
}

/** Writes a readiness report as a page; a stack's has its topology and resources as well. */
export async function writePage(report: Report, { stack, manifests, context, html = "" }: JudgedSource): Promise<void> {
  if (stack !== undefined) {
    const [{ runStack }, { summarize }, { stackPage }] = await Promise.all([
      import("../preview/run-stack.js"),
      import("../preview/summary.js"),
      import("./stack-page.js"),
    ]);
    writeOutput("--html", html, await stackPage(summarize(await runStack(stack)), report));
    return;
  }
  const source = context === undefined ? `Manifests in ${manifests ?? ""}` : `Cluster ${context}`;
  writeOutput("--html", html, renderPage({ title: "Production readiness", source, report, generatedAt: new Date() }));
}
