import type { FlowKind, Topology } from "../topology/topology.js";

const legend: readonly (readonly [FlowKind, string])[] = [
  ["traffic", "traffic"],
  ["data", "reads and writes"],
  ["backup", "backups"],
  ["copy", "copies of backups"],
  ["replication", "replication to the standby"],
];
const colors: Readonly<Record<FlowKind, string>> = {
  traffic: "var(--t-host)",
  data: "var(--t-service)",
  backup: "var(--t-bucket)",
  copy: "var(--t-bucket)",
  replication: "var(--t-store)",
};

/** The drawing, its legend, and the same as a table for whoever cannot see it. */
export function TopologySection({ topology, drawing }: { readonly topology: Topology; readonly drawing: string }) {
  const { nodes, flows } = topology;
  const nameOf = new Map(
    nodes.map(({ id, label, region }) => [id, region === undefined ? label : `${region} ${label}`]),
  );
  const present = new Set(flows.map(({ kind }) => kind));
  return (
    <section aria-labelledby="topology">
      <h2 id="topology">Topology</h2>
      <div class="card">
        <div
          class="scroll"
          role="region"
          tabIndex={0}
          aria-label="Drawing of the topology"
          dangerouslySetInnerHTML={{ __html: drawing }}
        />
        <ul class="legend topology">
          {legend
            .filter(([kind]) => present.has(kind))
            .map(([kind, label]) => (
              <li key={kind}>
                <i class={kind === "copy" || kind === "replication" ? "dash" : ""} style={{ color: colors[kind] }} />
                {label}
              </li>
            ))}
        </ul>
        <details class="plain">
          <summary>
            {flows.length} flows between {nodes.length} nodes as a table
          </summary>
          <table class="flows">
            <thead>
              <tr>
                <th>kind</th>
                <th>from</th>
                <th>to</th>
                <th>how</th>
              </tr>
            </thead>
            <tbody>
              {flows.map(({ from, to, kind, label }) => (
                <tr key={`${from} ${to}`} data-from={from} data-to={to}>
                  <td>{kind}</td>
                  <td>{nameOf.get(from)}</td>
                  <td>{nameOf.get(to)}</td>
                  <td>{label}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      </div>
    </section>
  );
}
