import type { ResourceRow } from "./data.js";

/** Every resource, searchable. */
export function ResourcesSection({ rows }: { readonly rows: readonly ResourceRow[] }) {
  return (
    <section aria-labelledby="resources-title">
      <h2 id="resources-title">Resources</h2>
      <div class="card" id="resources">
        <div class="tools">
          <label>
            <span class="sr">Search resources by name, type or component</span>
            <input id="q" type="search" placeholder="Search name, type, component (press /)" autocomplete="off" />
          </label>
          <label style="flex:none;min-width:0">
            <span class="sr">Kind of resource</span>
            <select id="kind">
              <option value="">all</option>
              <option value="protected">protected</option>
              <option value="unknown">unknown until deploy</option>
              <option value="finding">with findings</option>
            </select>
          </label>
          <output id="shown" for="q kind">
            {rows.length} resources
          </output>
        </div>
        <table>
          <thead>
            <tr>
              <th>name</th>
              <th>type</th>
              <th>in</th>
              <th>notes</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={`${row.type} ${row.name}`} {...row} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ name, type, component, protected: kept, unknown, findings }: ResourceRow) {
  const kinds = [kept && "protected", unknown.length > 0 && "unknown", findings > 0 && "finding"].filter(Boolean);
  return (
    <tr data-c={kinds.join(" ")}>
      <td>
        <b>{name}</b>
      </td>
      <td class="mono">{type}</td>
      <td>{component}</td>
      <td>
        {kept && <span class="chip">protected</span>}{" "}
        {unknown.length > 0 && (
          <span class="chip" title={unknown.join(", ")}>
            {unknown.length} unknown
          </span>
        )}
        {findings > 0 && <span class="chip fail-t">{findings} findings</span>}
      </td>
    </tr>
  );
}
