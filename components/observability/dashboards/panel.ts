/** A query of a panel, and what its line is called. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly unit: "short" | "percentunit" | "s" | "reqps" | "bytes" | "bool_on_off";
  /** One number, or lines over time (default). */
  readonly kind?: "stat" | "lines";
  readonly queries: readonly Query[];
  /** Value from which on the panel turns red. */
  readonly bound?: number;
}

export interface Dashboard {
  /** Stable id: part of its URL. */
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** The data source that the metrics stack gives Grafana. */
const datasource = { type: "prometheus", uid: "prometheus" } as const;
const columns = 3;
const width = 24 / columns;
const height = 8;

function thresholds(bound: number | undefined) {
  const steps = [{ color: "green", value: null }, ...(bound === undefined ? [] : [{ color: "red", value: bound }])];
  return { mode: "absolute", steps };
}

function grafanaPanel(panel: Panel, index: number) {
  const lines = panel.kind !== "stat";
  return {
    id: index + 1,
    type: lines ? "timeseries" : "stat",
    title: panel.title,
    datasource,
    gridPos: { x: (index % columns) * width, y: Math.floor(index / columns) * height, w: width, h: height },
    fieldConfig: {
      defaults: {
        unit: panel.unit,
        thresholds: thresholds(panel.bound),
        ...(lines && panel.bound !== undefined ? { custom: { thresholdsStyle: { mode: "line" } } } : {}),
      },
      overrides: [],
    },
    targets: panel.queries.map(({ expr, legend }, query) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + query),
      datasource,
      expr,
      legendFormat: legend,
    })),
  };
}

/** Grafana's form of a dashboard: three panels a row, in the order of the table. */
export function grafanaDashboard({ uid, title, panels }: Dashboard) {
  return {
    uid,
    title,
    tags: ["agent-platform"],
    timezone: "utc",
    schemaVersion: 42,
    editable: false,
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    templating: { list: [] },
    annotations: { list: [] },
    panels: panels.map(grafanaPanel),
  };
}
