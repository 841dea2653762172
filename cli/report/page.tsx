import { render } from "preact-render-to-string";
import { verdictLine } from "../readiness/report.js";
import type { PreviewSummary } from "../preview/summary.js";
import { groupByCategory, resourceRows, type PageData } from "./data.js";
import { ReadinessSection } from "./readiness.js";
import { ResourcesSection } from "./resources.js";
import { pageScript, pageStyle } from "./style.js";
import { TopologySection } from "./topology-section.js";

/** Nothing may be fetched: the page is one file, and stays one wherever it is opened. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** One self-contained HTML page: topology, readiness by category with remedies, and every resource. */
export function renderPage(data: PageData): string {
  return `<!doctype html>\n${render(<Page {...data} />)}\n`;
}

function Page(data: PageData) {
  const { title, report, summary, drawing } = data;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content={contentSecurityPolicy} />
        <title>{title}</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: pageStyle }} />
      </head>
      <body>
        <a class="skip" href="#readiness">
          Skip to the readiness checks
        </a>
        <Head {...data} />
        <nav aria-label="Sections">
          <div class="in">
            {summary && <a href="#topology">Topology</a>}
            <a href="#readiness">Readiness</a>
            <a href="#resources">Resources</a>
          </div>
        </nav>
        <main>
          {summary && <Tiles summary={summary} />}
          {summary && <TopologySection topology={summary.topology} drawing={drawing ?? ""} />}
          <ReadinessSection report={report} categories={groupByCategory(report.results)} />
          <ResourcesSection rows={resourceRows(data)} />
        </main>
        <Foot {...data} />
        <script dangerouslySetInnerHTML={{ __html: pageScript }} />
      </body>
    </html>
  );
}

function Head({ title, source, report, summary }: PageData) {
  return (
    <header>
      <div class="in">
        <div>
          <p class="kicker">Agent Platform</p>
          <h1>{title}</h1>
          <p>
            {source}
            {summary && `: ${summary.total} resources in ${summary.components} components`}
          </p>
          <p id="verdict">{verdictLine(report)}</p>
        </div>
        <Ring score={report.score} failed={report.summary.fail} />
      </div>
    </header>
  );
}

const circumference = 2 * Math.PI * 52;

function Ring({ score, failed }: { readonly score: number | null; readonly failed: number }) {
  const share = (score ?? 0) / 100;
  const color = failed > 0 ? "fail" : share < 0.95 ? "warn" : "pass";
  return (
    <svg class="ring" viewBox="0 0 124 124" role="img" aria-label={`Score: ${score ?? "nothing judged"} of 100`}>
      <circle cx="62" cy="62" r="52" />
      <circle
        class={`v ${color}`}
        cx="62"
        cy="62"
        r="52"
        stroke-dasharray={`${(share * circumference).toFixed(1)} ${circumference.toFixed(1)}`}
        transform="rotate(-90 62 62)"
      />
      <text class="n" x="62" y="70" text-anchor="middle">
        {score ?? "–"}
      </text>
      <text class="u" x="62" y="88" text-anchor="middle">
        of 100
      </text>
    </svg>
  );
}

function Tiles({ summary }: { readonly summary: PreviewSummary }) {
  const tiles: readonly (readonly [number, string])[] = [
    ...Object.entries(summary.byPackage).map(([name, count]) => [count, `${name} resources`] as const),
    [summary.protectedResources.length, "protected from deletion"],
    [summary.unknownValues, "values known at deploy only"],
  ];
  return (
    <section class="grid" aria-label="Counts" style="margin-top:22px">
      {tiles.map(([count, label]) => (
        <div class="card tile" key={label}>
          <b>{count}</b>
          <span>{label}</span>
        </div>
      ))}
    </section>
  );
}

function Foot({ generatedAt, summary }: PageData) {
  return (
    <footer>
      {summary &&
        "Offline: the real program on the real configuration; mocks stand in for the clouds and prove none of their consent. "}
      Written by <code>agent-platform</code> at {generatedAt.toISOString().slice(0, 16).replace("T", " ")} UTC.
    </footer>
  );
}
