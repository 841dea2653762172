import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../../common/ports.js";
import { ensureServer } from "../../local/servers/ensure.js";
import { untilOf } from "../../local/servers/until.js";
import type { Place } from "../site/site.js";

/** An S3 server of the drill's own, whose objects are files in the drill's folder. */
export interface DrillStore {
  readonly place: Place;
  /** What clients need in their environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => void;
}

/** Starts the server on loopback, with one empty bucket; it is built from source on first use. */
export async function startDrillStore(folder: string): Promise<DrillStore> {
  const program = await ensureServer("versitygw");
  const files = join(folder, "objects");
  await mkdir(join(files, "drill"), { recursive: true });
  const [port = 0] = await freePorts(1);
  const keys = { AWS_ACCESS_KEY_ID: "drill", AWS_SECRET_ACCESS_KEY: randomBytes(16).toString("hex") };
  const logFile = join(folder, "object-store.log");
  const log = openSync(logFile, "a");
  const child = spawn(program, ["--port", `127.0.0.1:${port}`, "--quiet", "posix", files], {
    // By environment: arguments can be read by everybody on the machine.
    env: { ...process.env, ROOT_ACCESS_KEY: keys.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: keys.AWS_SECRET_ACCESS_KEY },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  child.unref();
  const stop = (): void => void child.kill("SIGKILL");
  process.once("exit", stop);
  const endpoint = `http://127.0.0.1:${port}`;
  const until = untilOf({ name: "the drill's S3 server", logFile, running: () => child.exitCode === null });
  await until(
    "it to answer",
    async () =>
      await fetch(endpoint).then(
        () => true as const,
        () => undefined,
      ),
  );
  return { place: { uri: "s3://drill", endpoint }, env: { ...keys, AWS_REGION: "us-east-1" }, stop };
}
