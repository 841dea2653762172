import * as echarts from "echarts";
import type { grafanaDashboard } from "../../components/observability/dashboards/panel.js";

type GrafanaDashboard = ReturnType<typeof grafanaDashboard>;
type GrafanaPanel = GrafanaDashboard["panels"][number];

/** One line: its name, and its values over time. */
export interface Line {
  readonly name: string;
  /** Unix seconds and value. */
  readonly points: readonly (readonly [at: number, value: number])[];
}

/** What the queries of a panel answered. */
export type Answers = ReadonlyMap<GrafanaPanel, readonly Line[]>;

const cell = { width: 50, height: 29, gap: 8 } as const;
const head = 44;
const colors = ["#3274d9", "#e0752d", "#6d9f4d", "#a352cc", "#c4162a", "#37872d"];
const red = "#c4162a";

function duration(seconds: number): string {
  const sizes = [
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ] as const;
  const [size, unit] = sizes.find(([each]) => Math.abs(seconds) >= each) ?? [0.001, "ms"];
  return `${Number((seconds / size).toPrecision(3))} ${unit}`;
}

/** A value in the panel's unit, as Grafana's units are written. */
export function format(value: number, unit: string): string {
  switch (unit) {
    case "percentunit":
      return `${Number((value * 100).toPrecision(4))} %`;
    case "s":
      return value === 0 ? "0" : duration(value);
    case "reqps":
      return `${Number(value.toPrecision(3))}/s`;
    case "bool_on_off":
      return value >= 1 ? "on" : value <= 0 ? "off" : "";
    default:
      return String(Number(value.toPrecision(3)));
  }
}

function boundOf(panel: GrafanaPanel): number | undefined {
  return panel.fieldConfig.defaults.thresholds.steps.find(({ color }) => color === "red")?.value ?? undefined;
}

function box({ gridPos }: GrafanaPanel) {
  const { width, height, gap } = cell;
  return {
    x: gridPos.x * width + gap,
    y: head + gridPos.y * height + gap,
    width: gridPos.w * width - gap,
    height: gridPos.h * height - gap,
  };
}

function lineOption(panel: GrafanaPanel, lines: readonly Line[]): echarts.EChartsCoreOption {
  const { unit } = panel.fieldConfig.defaults;
  const bound = boundOf(panel);
  const label = { color: "#555", fontSize: 10 };
  const markLine = {
    silent: true,
    symbol: "none",
    lineStyle: { color: red, type: "dashed" },
    label: { show: false },
    data: [{ yAxis: bound }],
  };
  return {
    animation: false,
    color: colors,
    grid: { left: 58, right: 12, top: 10, bottom: 46 },
    legend: { bottom: 0, left: 4, itemWidth: 12, itemHeight: 6, textStyle: { fontSize: 10 } },
    xAxis: {
      type: "time",
      axisLabel: { ...label, hideOverlap: true, formatter: "{HH}:{mm}" },
      splitLine: { show: true, lineStyle: { color: "#eee" } },
    },
    yAxis: {
      type: "value",
      min: ({ min }: { min: number }) => Math.min(0, min),
      max: ({ max }: { max: number }) => Math.max(max, unit === "bool_on_off" ? 1 : (bound ?? 0) * 1.05, 1e-6),
      ...(unit === "bool_on_off" ? { interval: 1 } : { splitNumber: 4 }),
      // The top of the data is no round number, and would be written over the tick below it.
      axisLabel: { ...label, showMaxLabel: unit === "bool_on_off", formatter: (value: number) => format(value, unit) },
      splitLine: { lineStyle: { color: "#eee" } },
    },
    series: lines.map(({ name, points }, index) => ({
      type: "line",
      name,
      showSymbol: false,
      step: unit === "bool_on_off" ? "end" : false,
      lineStyle: { width: 1.5 },
      data: points.map(([at, value]) => [at * 1000, value]),
      ...(index === 0 && bound !== undefined ? { markLine } : {}),
    })),
    useUTC: true,
  };
}

function statOption(panel: GrafanaPanel, lines: readonly Line[]): echarts.EChartsCoreOption {
  const value = lines[0]?.points.at(-1)?.[1];
  const bound = boundOf(panel);
  const text = value === undefined ? "no data" : format(value, panel.fieldConfig.defaults.unit);
  const fill = value !== undefined && bound !== undefined && value >= bound ? red : "#37872d";
  return { graphic: { type: "text", left: "center", top: "center", style: { text, fill, fontSize: 36 } } };
}

/** Another root element, and a doctype, have no place inside a document. */
const inner = (svg: string, { x, y }: { readonly x: number; readonly y: number }): string =>
  svg.replace(/<\?xml[^>]*>/, "").replace("<svg ", `<svg x="${x}" y="${y}" `);

function drawPanel(panel: GrafanaPanel, lines: readonly Line[]): string {
  const { x, y, width, height } = box(panel);
  const title = 26;
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height: height - title });
  chart.setOption(panel.type === "stat" ? statOption(panel, lines) : lineOption(panel, lines));
  const svg = chart.renderToSVGString();
  chart.dispose();
  const frame = `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="#fff" stroke="#ddd" rx="3"/>`;
  const name = `<text x="${x + 10}" y="${y + 18}" font-size="13" font-weight="600" fill="#333">${panel.title}</text>`;
  return `${frame}${name}${inner(svg, { x, y: y + title })}`;
}

/** A dashboard as a picture: its panels where Grafana would put them, with what their queries answered. */
export function drawDashboard(dashboard: GrafanaDashboard, answers: Answers, digest: string): string {
  const boxes = dashboard.panels.map(box);
  const width = Math.max(...boxes.map((each) => each.x + each.width)) + cell.gap;
  const height = Math.max(...boxes.map((each) => each.y + each.height)) + cell.gap;
  const panels = dashboard.panels.map((panel) => drawPanel(panel, answers.get(panel) ?? []));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif">`,
    `<desc>digest ${digest}</desc>`,
    `<rect width="${width}" height="${height}" fill="#f4f5f5"/>`,
    `<text x="${cell.gap + 2}" y="30" font-size="18" font-weight="600" fill="#222">${dashboard.title}</text>`,
    ...panels,
    "</svg>\n",
  ].join("\n");
}
