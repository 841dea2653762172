import { strict as assert } from "node:assert";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import type { Catalogue } from "../../../operations/backup/catalogue.js";
import { findProgram } from "../../../operations/backup/program.js";
import { createFull } from "../../../operations/backup/postgres/create.js";
import { restorePostgres } from "../../../operations/backup/postgres/restore.js";
import { archiveArguments } from "../../../operations/backup/postgres/source.js";
import { startArchivedPostgres } from "../../support/backup/archived-postgres.js";
import { skip, soak } from "../../support/counts.js";
import type { PostgresServer } from "../../support/servers/postgres.js";

const LARGEST_RESIDENT = 300 * 2 ** 20;

/** Most memory that processes which name the folder have held so far, this one's own included. */
async function peakMemory(folder: string): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const sizes = pids.map(async (pid) => {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (!command.includes(folder) || command.includes("postgres")) return 0;
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, process.memoryUsage.rss());
}

describe("Restoring a gigabyte of PostgreSQL", function () {
  this.timeout(1_800_000);
  let folder: string;
  let server: PostgresServer;
  let catalogue: Catalogue;

  before(async function () {
    if (!soak) skip(this, "it takes minutes and a quiet machine: npm run soak -- operations");
    const stand = await startArchivedPostgres(this, "throughput");
    ({ folder, server, catalogue } = stand);
    const { store } = stand;
    stops.push(stand.stop);
    Object.assign(process.env, store.env);
    await server.sql("CREATE TABLE noise (content text)");
  });

  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const grow = async (megabytes: number): Promise<void> => {
    // An aggregate over the outer query's columns alone would be the outer query's.
    const row = `(SELECT string_agg(md5(random()::text || n || part), '') FROM generate_series(1, 31) AS part)`;
    await server.sql(`INSERT INTO noise SELECT ${row} FROM generate_series(1, ${megabytes * 1000}) AS n`);
    // Else autovacuum writes every page to the WAL once more, some time later.
    await server.sql("VACUUM (FREEZE) noise");
  };

  const ours = async (name: string): Promise<{ readonly seconds: number; readonly peak: number }> => {
    const target = join(folder, name);
    let peak = 0;
    const watch = setInterval(() => void peakMemory(target).then((size) => (peak = Math.max(peak, size))), 100);
    const restored = await restorePostgres(catalogue, { target });
    clearInterval(watch);
    await restored.server.stop();
    await rm(target, { recursive: true });
    return { seconds: restored.fetchSeconds, peak };
  };

  it("is as fast as the bare command, in memory that does not grow with the data", async () => {
    await grow(100);
    await createFull(catalogue, { source: server.source });
    const small = await ours("small");
    await grow(900);
    const { toolId = "", bytes = 0 } = await createFull(catalogue, { source: server.source });
    const { options, place } = archiveArguments(catalogue.storage.address);
    const bare: number[] = [];
    const own: number[] = [];
    let peak = 0;
    for (let turn = 0; turn < 3; turn += 1) {
      const target = join(folder, `bare-${turn}`);
      const started = performance.now();
      await runCommand(findProgram("barman-cloud-restore"), [...options, ...place, toolId, target]);
      bare.push((performance.now() - started) / 1000);
      await rm(target, { recursive: true });
      const restored = await ours(`own-${turn}`);
      own.push(restored.seconds);
      peak = Math.max(peak, restored.peak);
    }
    const ratio = Math.min(...bare) / Math.min(...own);
    const mib = (size: number): string => `${Math.round(size / 2 ** 20)} MiB`;
    process.stdout.write(
      `      1 GB (${mib(bytes)} stored): ${Math.min(...own).toFixed(1)} s, bare command ` +
        `${Math.min(...bare).toFixed(1)} s, ratio ${ratio.toFixed(2)}; memory ${mib(small.peak)} at 100 MB, ${mib(peak)} at 1 GB\n`,
    );
    assert.ok(ratio >= 0.8, `${ratio}`);
    assert.ok(peak <= LARGEST_RESIDENT, mib(peak));
  });
});
