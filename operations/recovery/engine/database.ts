import { mkdir } from "node:fs/promises";

/** The engine's own database: what makes a run survive its process. */
export interface EngineDatabase {
  readonly url: string;
  close(): Promise<void>;
}

/** PostgreSQL by URL where there is one; else PGlite in a folder, served on loopback to this process alone. */
export async function openEngineDatabase(folder: string, url?: string): Promise<EngineDatabase> {
  if (url !== undefined) return { url, close: () => Promise.resolve() };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [{ PGlite }, { PGLiteSocketServer }] = await Promise.all([
    import("@electric-sql/pglite"),
    import("@electric-sql/pglite-socket"),
  ]);
  const db = await PGlite.create(folder);
  const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections: 4 });
  await server.start();
  return {
    url: `postgresql://postgres:unused@${server.getServerConn()}/postgres?sslmode=disable`,
    close: async () => {
      await server.stop();
      await db.close();
    },
  };
}
