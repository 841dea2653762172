import { freePorts, startProcess, type ServerProcess } from "./process.js";
import { ensurePython } from "./python.js";

const PACKAGES = ["moto[server,s3,kms]==5.2.2"];

export interface Moto {
  readonly endpoint: string;
  readonly process: ServerProcess;
  /** Python with boto3 of today, which Debian's is not. */
  readonly python: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a server that answers as AWS does, with what AWS refuses; or tells why it cannot be had here. */
export async function startMoto(folder: string): Promise<Moto | { readonly missing: string }> {
  const found = await ensurePython("moto-5.2.2", { packages: PACKAGES, program: "moto_server" });
  if (found.missing !== undefined) return { missing: found.missing };
  const [port = 0] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const process = startProcess(found.path, ["-H", "127.0.0.1", "-p", String(port)], { folder, name: "moto" });
  await process.until("moto to answer", async () =>
    (await fetch(`${endpoint}/moto-api/data.json`)).ok ? true : undefined,
  );
  const env = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" };
  return { endpoint, process, python: found.path.replace(/moto_server$/, "python"), env };
}
