import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { Catalogue } from "../../../operations/backup/catalogue.js";
import { archiveArguments } from "../../../operations/backup/postgres/source.js";
import { ObjectStorage, parseRepository, type RepositoryAddress } from "../../../operations/backup/storage.js";
import { startObjectStore, type ObjectStore } from "../servers/object-store.js";
import { PostgresServer } from "../servers/postgres.js";
import { temporaryFolder } from "../servers/process.js";
import { requireProgram } from "../servers/programs.js";

/** A PostgreSQL that archives its WAL to an S3 server, both on loopback. */
export interface ArchivedPostgres {
  readonly folder: string;
  readonly store: ObjectStore;
  readonly server: PostgresServer;
  /** Where the archive and the backups are. */
  readonly address: RepositoryAddress;
  readonly catalogue: Catalogue;
  readonly stop: () => Promise<void>;
}

/** Arguments of barman-cloud-wal-archive for an archive. */
export function archiveCommand(address: RepositoryAddress): string {
  const { options, place } = archiveArguments(address);
  return [...options, ...place].join(" ");
}

/** Starts both in a new folder; skips the calling suite, with the reason, where one of the programs cannot be had. */
export async function startArchivedPostgres(context: Mocha.Context, name: string): Promise<ArchivedPostgres> {
  await requireProgram(context, "postgresql-15", "postgres");
  await requireProgram(context, "barman-cli-cloud", "barman-cloud-backup");
  const folder = await temporaryFolder(name);
  // PostgreSQL runs as a user of its own, who must be able to pass through.
  await chmod(folder, 0o755);
  const store = await startObjectStore(folder, ["vault"]);
  const address = parseRepository("s3://vault/here", store.endpoint);
  const server = await PostgresServer.create(join(folder, "source"), archiveCommand(address), store.env);
  const catalogue = new Catalogue(new ObjectStorage(address), "postgres");
  const stop = async (): Promise<void> => {
    await server.stop();
    await store.process.stop();
  };
  return { folder, store, server, address, catalogue, stop };
}
