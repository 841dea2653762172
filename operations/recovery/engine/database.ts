import { mkdir, readdir, rm } from "node:fs/promises";
import { ExitCode, PlatformError, messageOf } from "../../../common/errors.js";

/** The engine's own database: what makes a run survive its process. */
export interface EngineDatabase {
  readonly url: string;
  close(): Promise<void>;
}

/** What the embedded database's system calls say of a full disk; it throws no errors, and these numbers are its own. */
const NO_SPACE = 51;

function systemReason(thrown: unknown): string {
  if (thrown instanceof Error || typeof thrown !== "object" || thrown === null) return messageOf(thrown);
  const { errno } = thrown as { errno?: number };
  return errno === NO_SPACE ? "no space left on the device" : `system error ${errno ?? "of a kind that is not known"}`;
}

/**
 * PostgreSQL by URL where there is one; else PGlite in a folder, served on loopback to this process alone.
 * @throws PlatformError where the folder cannot be written; one that was new is taken away again, so that a later try
 * finds no half of a database.
 */
export async function openEngineDatabase(folder: string, url?: string): Promise<EngineDatabase> {
  if (url !== undefined) return { url, close: () => Promise.resolve() };
  const [{ PGlite }, { PGLiteSocketServer }] = await Promise.all([
    import("@electric-sql/pglite"),
    import("@electric-sql/pglite-socket"),
  ]);
  const before = await readdir(folder).catch(() => []);
  const db = await mkdir(folder, { recursive: true, mode: 0o700 })
    .then(() => PGlite.create(folder))
    .catch(async (thrown: unknown) => {
      if (before.length === 0) await rm(folder, { recursive: true, force: true });
      throw new PlatformError(
        `the engine's database in ${folder} cannot be opened: ${systemReason(thrown)}; make room, or mend it, then resume`,
        ExitCode.resource,
      );
    });
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
