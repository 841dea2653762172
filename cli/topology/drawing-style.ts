/** Colours of a kind, light and dark: a stroke that passes 3:1 on its page, a fill that text passes 4.5:1 on. */
const light = {
  text: "#1c2430",
  muted: "#536073",
  region: "#f5f7fa",
  line: "#c9d2de",
  host: ["#4338ca", "#e9e8ff"],
  service: ["#0b6e99", "#dff1f9"],
  canary: ["#a15c00", "#fff1d6"],
  store: ["#1f7a4d", "#e0f4e8"],
  bucket: ["#6b5b95", "#efeafa"],
} as const;
const dark: typeof light | Record<string, unknown> = {
  text: "#e7ecf3",
  muted: "#a7b3c4",
  region: "#18202b",
  line: "#3a4757",
  host: ["#a5a0ff", "#26235a"],
  service: ["#62c3ea", "#12384a"],
  canary: ["#f2b45c", "#452e0c"],
  store: ["#6fd39e", "#133a27"],
  bucket: ["#b9a9e8", "#2d2547"],
};

const kinds = ["host", "service", "canary", "store", "bucket"] as const;

function variables(palette: Readonly<Record<string, unknown>>): string {
  const plain = ["text", "muted", "region", "line"].map((name) => `--t-${name}:${String(palette[name])}`);
  const pairs = kinds.flatMap((kind) => {
    const [stroke, fill] = palette[kind] as readonly [string, string];
    return [`--t-${kind}:${stroke}`, `--t-${kind}-fill:${fill}`];
  });
  return [...plain, ...pairs].join(";");
}

const flowColors = {
  traffic: "--t-host",
  data: "--t-service",
  replication: "--t-store",
  backup: "--t-bucket",
  copy: "--t-bucket",
} as const;

/** Style sheet of a drawing: it follows the reader's light or dark mode, in a page as well as on its own. */
export const drawingStyle = [
  `.topology{${variables(light)};font-family:"Helvetica Neue",Arial,"Liberation Sans",sans-serif}`,
  `@media(prefers-color-scheme:dark){.topology{${variables(dark)}}}`,
  `@media print{.topology{${variables(light)}}}`,
  ".topology text{fill:var(--t-text)}",
  ".topology .cluster>path,.topology .cluster>polygon{fill:var(--t-region);stroke:var(--t-line)}",
  ...kinds.map(
    (kind) =>
      `.topology .node.${kind}>path,.topology .node.${kind}>polygon{fill:var(--t-${kind}-fill);stroke:var(--t-${kind})}`,
  ),
  ".topology .node>path[fill=none]{fill:none}",
  ".topology .node text+text{fill:var(--t-muted)}",
  ".topology .edge text{fill:var(--t-muted)}",
  ...Object.entries(flowColors).flatMap(([kind, color]) => [
    `.topology .edge.${kind}>path{stroke:var(${color})}`,
    `.topology .edge.${kind}>polygon{fill:var(${color});stroke:var(${color})}`,
  ]),
  ".topology .edge.replication>path,.topology .edge.copy>path{stroke-dasharray:5 3}",
  ".topology .edge.traffic>path{stroke-width:1.6}",
].join("");
