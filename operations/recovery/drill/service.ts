import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Pool, type PoolConfig } from "pg";

export interface StandInOptions {
  readonly region: string;
  readonly address: string;
  readonly port: number;
  readonly healthPath: string;
  readonly itemsPath: string;
  readonly database: PoolConfig;
}

/** PostgreSQL's code of "cannot execute INSERT in a read-only transaction": the region is a standby, or fenced. */
const READ_ONLY = "25006";

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Stands in for the agent's service in one region: the parts of its API that a recovery touches, on its database. */
export class StandInService {
  private server: Server | undefined;
  private pool: Pool | undefined;

  constructor(private readonly options: StandInOptions) {}

  async start(): Promise<void> {
    this.pool = new Pool({ ...this.options.database, max: 5, connectionTimeoutMillis: 2_000 });
    // A database that is killed takes idle connections with it: the next request gets a new one, or an error.
    this.pool.on("error", () => undefined);
    const server = createServer((request, response) => {
      this.handle(request, response).catch((thrown: unknown) => {
        const readOnly = (thrown as { code?: string }).code === READ_ONLY;
        const headers = readOnly ? { "retry-after": "5" } : {};
        response.writeHead(503, headers).end(JSON.stringify({ error: readOnly ? "read-only" : "no database" }));
      });
    });
    const { port, address } = this.options;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, address, resolve);
    });
    this.server = server;
  }

  /** No connection is accepted any more, and none that was goes on. */
  async stop(): Promise<void> {
    const { server, pool } = this;
    this.server = undefined;
    this.pool = undefined;
    if (server !== undefined) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await pool?.end().catch(() => undefined);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { healthPath, itemsPath, region } = this.options;
    const path = request.url ?? "/";
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json", "x-region": region }).end(JSON.stringify(body));
    };
    const { pool } = this;
    if (pool === undefined) throw new Error("stopped");
    if (path === healthPath) {
      await pool.query("SELECT 1");
      answer(200, { region });
    } else if (path === itemsPath && request.method === "POST") {
      const body = await bodyOf(request);
      const { rows } = await pool.query<{ id: string }>("INSERT INTO memories (body) VALUES ($1) RETURNING id", [body]);
      answer(201, { id: rows[0]?.id });
    } else if (path.startsWith(`${itemsPath}/`)) {
      const id = path.slice(itemsPath.length + 1);
      if (request.method === "DELETE") await pool.query("DELETE FROM memories WHERE id = $1", [id]);
      const { rows } = await pool.query<{ body: string }>("SELECT body FROM memories WHERE id = $1", [id]);
      if (request.method === "DELETE") answer(200, {});
      else if (rows[0] === undefined) answer(404, {});
      else answer(200, { id, body: rows[0].body });
    } else answer(404, {});
  }
}
