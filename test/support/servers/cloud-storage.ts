import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ensureServer } from "../../../operations/local/servers/ensure.js";
import { freePorts, startProcess, type ServerProcess } from "./process.js";

/** A server on loopback that answers as Cloud Storage does, and keeps its objects as files. */
export interface CloudStorage {
  readonly endpoint: string;
  /** Folder of the buckets. */
  readonly files: string;
  readonly process: ServerProcess;
}

/** Starts fake-gcs-server with one empty bucket for each name. */
export async function startCloudStorage(folder: string, buckets: readonly string[]): Promise<CloudStorage> {
  const program = await ensureServer("fake-gcs-server");
  const files = join(folder, "cloud-storage");
  for (const bucket of buckets) await mkdir(join(files, bucket), { recursive: true });
  const [port = 0] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const where = ["-scheme", "http", "-host", "127.0.0.1", "-port", String(port), "-public-host", `127.0.0.1:${port}`];
  const process = startProcess(
    program,
    [...where, "-external-url", endpoint, "-filesystem-root", files, "-log-level", "error"],
    {
      folder,
      name: "cloud-storage",
    },
  );
  await process.until("Cloud Storage to answer", async () =>
    (await fetch(`${endpoint}/storage/v1/b?project=test`)).ok ? true : undefined,
  );
  return { endpoint, files, process };
}
