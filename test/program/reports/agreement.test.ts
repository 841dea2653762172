import { strict as assert } from "node:assert";
import { summarize } from "../../../cli/preview/summary.js";
import { previewMarkdown } from "../../../cli/preview/markdown.js";
import { renderPreview } from "../../../cli/preview/terminal.js";
import { judgeRecorded } from "../../../cli/readiness/recorded.js";
import { verdictLine } from "../../../cli/readiness/report.js";
import { formatReport } from "../../../cli/readiness/formats/index.js";
import { formatTerminal } from "../../../cli/readiness/formats/terminal.js";
import { stackPage } from "../../../cli/report/stack-page.js";
import { drawTopology } from "../../../cli/topology/drawing.js";
import { topologyOf, type Topology } from "../../../cli/topology/topology.js";
import { runOf, stackNames, type StackName } from "../../support/stacks.js";

/** What every format must say the same of. */
interface Facts {
  readonly score: string;
  readonly passed: string;
  readonly failed: string;
  readonly warnings: string;
  readonly exempted: string;
  readonly total: string;
  readonly components: string;
  /** `from to`, sorted. */
  readonly flows: readonly string[];
}

const verdict = /readiness: (\d+) of 100 \((\d+) passed, (\d+) failed, (\d+) warnings, (\d+) exempted\)/;
const counts = /(\d+) resources in (\d+) components/;

function facts(text: string, flows: readonly string[], pattern = verdict): Facts {
  const [, score = "", passed = "", failed = "", warnings = "", exempted = ""] = pattern.exec(text) ?? [];
  const [, total = "", components = ""] = counts.exec(text) ?? [];
  return { score, passed, failed, warnings, exempted, total, components, flows: [...flows].sort() };
}

const pairs = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, from = "", to = ""]) => `${from} ${to}`);

/** Edges of a drawing; one that is drawn with two heads is two flows. */
function drawnFlows(svg: string): string[] {
  const edges = [...svg.matchAll(/<g id="(\w+)(?:--|&#45;&#45;)(\w+)" class="edge ([\w ]+)">/g)];
  return edges.flatMap(([, from = "", to = "", kinds = ""]) =>
    kinds.includes("both") ? [`${from} ${to}`, `${to} ${from}`] : [`${from} ${to}`],
  );
}

function drawnNodes(svg: string): string[] {
  return [...svg.matchAll(/<g id="(\w+)" class="node /g)].map(([, id = ""]) => id).sort();
}

async function factsOfEveryFormat(
  stack: StackName,
): Promise<{ readonly topology: Topology; formats: Record<string, Facts>; html: string }> {
  const run = await runOf(stack);
  const report = judgeRecorded(run);
  const summary = summarize(run);
  const terminal = `${renderPreview(summary, { color: false, full: false })}\n${verdictLine(report)}`;
  const machine = JSON.parse(
    JSON.stringify({ ...summary, readiness: { score: report.score, ...report.summary } }),
  ) as typeof summary & { readiness: { score: number } & typeof report.summary };
  const markdown = previewMarkdown({ summary, report });
  const html = await stackPage(summary, report, new Date(0));
  const { readiness } = machine;
  const markdownVerdict = /readiness: (\d+) of 100\n\n(\d+) passed, (\d+) failed, (\d+) warnings, (\d+) exempt/;
  return {
    topology: summary.topology,
    html,
    formats: {
      terminal: facts(terminal, pairs(terminal, /^ {2}\w+ +(\w+) -> (\w+):/gm)),
      json: facts(
        `readiness: ${readiness.score} of 100 (${readiness.pass} passed, ${readiness.fail} failed, ${readiness.warning} warnings, ${readiness.suppressed} exempted) ${machine.total} resources in ${machine.components} components`,
        machine.topology.flows.map(({ from, to }) => `${from} ${to}`),
      ),
      markdown: facts(markdown, pairs(markdown, /^ {2}(\w+) (?:==>|-->|-\.->)\|.*\| (\w+)$/gm), markdownVerdict),
      html: facts(html, pairs(html, /<tr data-from="(\w+)" data-to="(\w+)"/g)),
      drawing: facts(html, drawnFlows(html)),
    },
  };
}

describe("reports", function () {
  this.timeout(300_000);

  for (const stack of stackNames) {
    it(`${stack}: score, counts and topology agree in terminal, JSON, Markdown, HTML and drawing`, async () => {
      const { topology, formats, html } = await factsOfEveryFormat(stack);
      const { terminal, ...others } = formats;
      assert.ok(terminal !== undefined && Number(terminal.score) > 0 && Number(terminal.passed) > 100);
      assert.ok(terminal.flows.length >= 20, `${terminal.flows.length} flows`);
      for (const [format, found] of Object.entries(others)) assert.deepEqual(found, terminal, format);
      assert.deepEqual(drawnNodes(html), topology.nodes.map(({ id }) => id).sort());
    });
  }

  it("readiness says the same score and counts in its own formats", async () => {
    const report = judgeRecorded(await runOf("production"));
    const { pass, fail, warning } = report.summary;
    const [markdown = ""] = await formatReport(report, { markdown: true });
    const json = JSON.parse([...(await formatReport(report, { json: true }))].join("")) as { score: number };
    assert.equal(json.score, report.score);
    for (const text of [markdown, formatTerminal(report)]) {
      assert.match(text, new RegExp(`readiness: ${report.score ?? ""} of 100`));
      assert.match(text, new RegExp(`${pass} passed, ${fail} failed, ${warning} warnings`));
    }
  });

  it("draws what the records, the routes and the backups say", async () => {
    const { flows, regions } = topologyOf(await runOf("production"));
    const labelOf = (from: string, to: string): string | undefined =>
      flows.find((flow) => flow.from === from && flow.to === to)?.label;
    assert.deepEqual(
      regions.map(({ key, cluster, role }) => `${key} ${cluster} ${role}`),
      ["us-east-1 EKS 1.35 primary", "us-west1 GKE 1.35 secondary"],
    );
    assert.equal(labelOf("host", "agent_us_east_1"), "primary");
    assert.equal(labelOf("host", "agent_us_west1"), "secondary");
    assert.equal(labelOf("agent_us_west1", "store_postgres_us_west1"), "reads");
    assert.equal(labelOf("bucket_postgres_us_east_1", "store_postgres_us_west1"), "WAL to the standby");
    assert.equal(labelOf("store_redis_us_east_1", "bucket_redis_us_east_1"), "0 */6 * * *, 7 days");
    assert.equal(labelOf("bucket_vector_us_west1", "bucket_vector_us_east_1"), "copy");
  });

  it("the drawing and the page are the same from run to run", async () => {
    const run = await runOf("staging");
    assert.equal(await drawTopology(topologyOf(run)), await drawTopology(topologyOf(run)));
  });
});
