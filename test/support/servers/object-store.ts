import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { accepts } from "../../../common/ports.js";
import { ensureServer } from "../../../operations/local/servers/ensure.js";
import { freePorts, startProcess, type ServerProcess } from "./process.js";

/** An S3 server on loopback whose objects are files below `files`, where a test can damage them. */
export interface ObjectStore {
  readonly endpoint: string;
  readonly files: string;
  readonly process: ServerProcess;
  /** What clients need in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Of somebody whom the server knows, and who may do nothing with the buckets. */
  readonly strangerEnv: Readonly<Record<string, string>>;
  /** Gives a bucket to the owner of an access key: the administrator keeps his way in, everybody else has none. */
  readonly giveBucket: (bucket: string, accessKey: string) => Promise<void>;
}

/** Starts versitygw in a folder, with one empty bucket for each name. */
export async function startObjectStore(folder: string, buckets: readonly string[]): Promise<ObjectStore> {
  const program = await ensureServer("versitygw");
  const files = join(folder, "objects");
  for (const bucket of buckets) await mkdir(join(files, bucket), { recursive: true });
  const [port = 0] = await freePorts(1);
  const keys = { access: "test-access", secret: "test-secret-key" };
  const accounts = join(folder, "accounts");
  await mkdir(accounts, { recursive: true });
  const root = ["--access", keys.access, "--secret", keys.secret];
  const args = ["--port", `127.0.0.1:${port}`, ...root, "--quiet", "--iam-dir", accounts];
  const process = startProcess(program, [...args, "posix", files], { folder });
  await process.until("the S3 server to listen", async () => (await accepts(port)) || undefined);
  const env = { AWS_ACCESS_KEY_ID: keys.access, AWS_SECRET_ACCESS_KEY: keys.secret, AWS_REGION: "us-east-1" };
  const endpoint = `http://127.0.0.1:${port}`;
  const stranger = { access: "stranger", secret: "stranger-secret" };
  const admin = async (...words: string[]): Promise<void> => {
    await runCommand(program, ["admin", ...root, "--endpoint-url", endpoint, ...words]);
  };
  await admin("create-user", "--access", stranger.access, "--secret", stranger.secret, "--role", "user");
  const giveBucket = async (bucket: string, accessKey: string): Promise<void> =>
    await admin("change-bucket-owner", "--bucket", bucket, "--owner", accessKey);
  const strangerEnv = { AWS_ACCESS_KEY_ID: stranger.access, AWS_SECRET_ACCESS_KEY: stranger.secret };
  return { endpoint, files, process, env, strangerEnv, giveBucket };
}
