// `npm run docs:dashboards`: draws the dashboards of the production stack from what a real Prometheus answers to their
// queries, over two days of made-up series. Grafana's own renderer needs a browser; this needs Prometheus and nothing else.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectRoot } from "../cli/root.js";
import { ruleSpec } from "../components/observability/rules.js";
import { startPrometheus } from "../test/support/servers/prometheus.js";
import { stackConfig } from "../test/support/stack-config.js";
import { picturedDashboards } from "./dashboards/digest.js";
import { drawDashboard, type Answers, type Line } from "./dashboards/draw.js";
import { openMetrics, stepSeconds, story } from "./dashboards/story.js";

const SHOWN_SECONDS = 6 * 3600;

interface RangeAnswer {
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

const legendOf = (legend: string, labels: Readonly<Record<string, string>>): string =>
  legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? "");

async function ask(url: string, target: { readonly expr: string; readonly legendFormat: string }, now: number) {
  const range = { start: String(now - SHOWN_SECONDS), end: String(now), step: String(stepSeconds) };
  const query = new URLSearchParams({ query: target.expr, ...range });
  const { data, error } = (await (await fetch(`${url}/api/v1/query_range?${query.toString()}`)).json()) as RangeAnswer;
  if (data === undefined) throw new Error(`Prometheus refused ${target.expr}: ${error ?? ""}`);
  return data.result.map(({ metric, values }): Line => {
    const points = values
      .map(([at, value]) => [at, Number(value)] as const)
      .filter(([, value]) => !Number.isNaN(value));
    return { name: legendOf(target.legendFormat, metric), points };
  });
}

async function main(): Promise<void> {
  const config = stackConfig();
  const now = Math.floor(Date.now() / 1000);
  const rules = ruleSpec({ config, regionKey: config.regions[0]?.key ?? "" });
  const recording = { groups: rules.groups.filter(({ name }) => name === "agent-slo-records") };
  const prometheus = await startPrometheus("prometheus", 1, {
    scrapeInterval: "15s",
    history: openMetrics(story(config, now), now),
  });
  try {
    // Twice: a rule that reads what another one records finds it only once that is there.
    for (let pass = 0; pass < 2; pass += 1) await prometheus.record(recording, { from: now - SHOWN_SECONDS, to: now });
    for (const { dashboard, path, digest } of picturedDashboards(config)) {
      const answers = new Map<(typeof dashboard.panels)[number], Line[]>();
      for (const panel of dashboard.panels) {
        const lines = await Promise.all(panel.targets.map((target) => ask(prometheus.url, target, now)));
        answers.set(panel, lines.flat());
      }
      const empty = dashboard.panels.filter((panel) => (answers.get(panel) ?? []).length === 0);
      if (empty.length > 0)
        throw new Error(`${dashboard.title}: no data for ${empty.map(({ title }) => title).join(", ")}`);
      const file = join(projectRoot, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, drawDashboard(dashboard, answers satisfies Answers, digest));
      process.stdout.write(`wrote ${path}\n`);
    }
  } finally {
    await prometheus.stop();
  }
}

void main();
