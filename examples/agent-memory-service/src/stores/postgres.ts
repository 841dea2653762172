import pg from "pg";
import { readOnly, RequestError } from "../errors.js";
import type { Memory, SearchRequest, WriteRequest } from "../memory.js";
import type { Settings } from "../settings.js";
import { traceStore } from "../tracing.js";

/**
 * PostgreSQL, the system of record. `indexed_in` names the regions whose vector database has the memory: after a
 * failover the new primary finds what its own index lacks, and builds it.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS memories (
    id uuid PRIMARY KEY,
    agent_id text NOT NULL,
    content text NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    indexed_in text[] NOT NULL DEFAULT '{}'
  );
  CREATE INDEX IF NOT EXISTS memories_created_at ON memories (created_at);
  CREATE INDEX IF NOT EXISTS memories_text ON memories USING gin (to_tsvector('simple', content));
`;
/** Any number, but the same in every pod: two that create the table at once would trip over each other. */
const SCHEMA_LOCK = 727_001;
const COLUMNS = "id, agent_id, content, metadata, created_at";
/** What PostgreSQL says of a write in a read-only transaction, which every one on a standby is. */
const READ_ONLY = "25006";
/** Classes of errors that say "not now": connections, resources, operator's intervention. */
const PASSING = /^(08|53|57)/;

interface Row {
  readonly id: string;
  readonly agent_id: string;
  readonly content: string;
  readonly metadata: Record<string, string>;
  readonly created_at: Date;
}

const toMemory = (row: Row): Memory => ({
  id: row.id,
  agentId: row.agent_id,
  content: row.content,
  metadata: row.metadata,
  createdAt: row.created_at.toISOString(),
});

function toRequestError(thrown: unknown): unknown {
  const code = (thrown as { code?: unknown }).code;
  if (code === READ_ONLY) return readOnly();
  const passing = typeof code === "string" && (PASSING.test(code) || /^E[A-Z]+$/.test(code));
  const broken = thrown instanceof Error && /timeout|terminated|Connection/i.test(thrown.message);
  return passing || broken ? new RequestError("unavailable", "the database does not answer", 2) : thrown;
}

/** Memories in PostgreSQL. */
export class Postgres {
  private readonly pool: pg.Pool;
  private prepared = false;

  constructor(
    settings: Settings,
    private readonly region: string,
    onError: (error: Error) => void,
  ) {
    this.pool = new pg.Pool({
      host: settings.POSTGRES_HOST,
      port: settings.POSTGRES_PORT,
      database: settings.POSTGRES_DATABASE,
      user: settings.POSTGRES_USER,
      password: settings.POSTGRES_PASSWORD,
      max: settings.POSTGRES_CONNECTIONS,
      application_name: settings.POD_NAME,
      connectionTimeoutMillis: 3000,
      query_timeout: 5000,
      // Connections to a former primary must not outlive a failover by more than this.
      maxLifetimeSeconds: 60,
    });
    // An idle connection that breaks is no reason for the process to end.
    this.pool.on("error", onError);
  }

  private async run<R extends pg.QueryResultRow>(operation: string, sql: string, values: unknown[] = []): Promise<R[]> {
    return await traceStore("postgresql", operation, async () => {
      try {
        return (await this.pool.query<R>(sql, values)).rows;
      } catch (thrown) {
        throw toRequestError(thrown);
      }
    });
  }

  /** Whether it answers and takes writes; creates the table when it first does. */
  async check(): Promise<{ readonly writable: boolean }> {
    const [row] = await this.run<{ read_only: boolean }>(
      "check",
      "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only",
    );
    const writable = row?.read_only === false;
    if (writable && !this.prepared) {
      await this.run("prepare", `BEGIN; SELECT pg_advisory_xact_lock(${SCHEMA_LOCK}); ${SCHEMA} COMMIT;`);
      this.prepared = true;
    }
    return { writable };
  }

  /** Writes a memory. One that exists with the same content is answered as it is; `created` tells the two apart. */
  async insert({
    id,
    agentId,
    content,
    metadata,
  }: WriteRequest & { readonly id: string }): Promise<{ readonly memory: Memory; readonly created: boolean }> {
    const [row] = await this.run<Row>(
      "insert",
      `INSERT INTO memories (id, agent_id, content, metadata) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO NOTHING RETURNING ${COLUMNS}`,
      [id, agentId, content, metadata],
    );
    if (row !== undefined) return { memory: toMemory(row), created: true };
    const [existing] = await this.byIds([id]);
    if (existing?.content === content && existing.agentId === agentId) return { memory: existing, created: false };
    throw new RequestError("conflict", `there is another memory with id ${id}`);
  }

  async byIds(ids: readonly string[]): Promise<Memory[]> {
    const rows = await this.run<Row>("select", `SELECT ${COLUMNS} FROM memories WHERE id = ANY($1)`, [ids]);
    return rows.map(toMemory);
  }

  /** Search by words, for when the vector database does not answer. */
  async searchText({ agentId, query, limit }: SearchRequest): Promise<Memory[]> {
    const rows = await this.run<Row>(
      "search",
      `SELECT ${COLUMNS} FROM memories
       WHERE agent_id = $1 AND to_tsvector('simple', content) @@ websearch_to_tsquery('simple', $2)
       ORDER BY created_at DESC LIMIT $3`,
      [agentId, query, limit],
    );
    return rows.map(toMemory);
  }

  async delete(id: string): Promise<boolean> {
    return (await this.run("delete", "DELETE FROM memories WHERE id = $1 RETURNING id", [id])).length > 0;
  }

  async deleteOlderThan(days: number): Promise<number> {
    const sql = "DELETE FROM memories WHERE created_at < now() - make_interval(days => $1) RETURNING id";
    return (await this.run("expire", sql, [days])).length;
  }

  /** Memories that this region's vector database lacks, the oldest first. */
  async notIndexed(limit: number): Promise<Memory[]> {
    const sql = `SELECT ${COLUMNS} FROM memories WHERE NOT indexed_in @> ARRAY[$1] ORDER BY created_at LIMIT $2`;
    return (await this.run<Row>("select", sql, [this.region, limit])).map(toMemory);
  }

  async markIndexed(ids: readonly string[]): Promise<void> {
    const sql =
      "UPDATE memories SET indexed_in = indexed_in || $1::text WHERE id = ANY($2) AND NOT indexed_in @> ARRAY[$1]";
    await this.run("update", sql, [this.region, ids]);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
