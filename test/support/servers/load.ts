import { spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findProgram } from "../../../operations/backup/program.js";
import { libpq, type PostgresSource } from "../../../operations/backup/postgres/source.js";

/** Clients that write rows until the server is gone, and what the server acknowledged to them. */
export interface Load {
  /** Ends with the server, or when it is told to. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
  /** Times at which a commit was acknowledged, in order. */
  readonly acknowledged: () => Promise<Date[]>;
}

/** Starts pgbench with one statement a transaction, so many of them a second. */
export async function startLoad(
  folder: string,
  source: PostgresSource,
  { statement, rate }: { readonly statement: string; readonly rate: number },
): Promise<Load> {
  const script = join(folder, "load.sql");
  await writeFile(script, `${statement};\n`);
  const args = ["--no-vacuum", "--file", script, "--client", "3", "--rate", String(rate), "--time", "3600", "--log"];
  const child = spawn(findProgram("pgbench"), args, {
    cwd: folder,
    env: { ...process.env, ...libpq(source) },
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    ended,
    stop: async () => {
      child.kill("SIGINT");
      await ended;
    },
    acknowledged: async () => {
      const logs = (await readdir(folder)).filter((name) => name.startsWith(`pgbench_log.${child.pid ?? ""}`));
      const text = (await Promise.all(logs.map((name) => readFile(join(folder, name), "utf8")))).join("");
      // client, transaction, duration, script, seconds, microseconds, lag
      const times = text.split("\n").flatMap((line) => {
        const [, , , , seconds, micros] = line.split(" ");
        return seconds === undefined || micros === undefined ? [] : [Number(seconds) * 1000 + Number(micros) / 1000];
      });
      return times.sort((a, b) => a - b).map((time) => new Date(time));
    },
  };
}
