import assert from "node:assert/strict";
import { NAMESPACE } from "../../cli/local/deploy.js";
import type { Store } from "../../config/schema/data.js";
import type { VerificationRecord } from "../../operations/backup/verify.js";
import { fencedInstances } from "../../operations/recovery/lease/region.js";
import { say } from "../../operations/local/servers/cache.js";
import { count } from "../support/counts.js";
import { at } from "../support/plain.js";
import { sharedPlatform } from "./platform.js";
import { difference, knownPostgres, knownRedis, knownVector, type Contents, type KnownStore } from "./vaults/known.js";
import { VaultStand, type JobEnd, type JobSpec } from "./vaults/stand.js";

const seconds = (from: number): number => Math.round((performance.now() - from) / 100) / 10;

/** Id of the backup that a job says it has made. */
function idOf({ said }: JobEnd): string {
  const [, id = ""] = /^(\w+): full, \d+ bytes/m.exec(said) ?? [];
  assert.notEqual(id, "", said);
  return id;
}

/** The same job for other arguments of the image's command line. */
function withArgs(spec: JobSpec, args: string[]): JobSpec {
  const [container] = spec.template.spec.containers;
  const containers: typeof spec.template.spec.containers = [{ ...container, args }];
  return { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } };
}

/** A job that works on a store's own volume at /data, as the store's user, and says so in a shell's words. */
function onVolume(spec: JobSpec, claim: string, words: string): JobSpec {
  const { metadata, spec: pod } = spec.template;
  const [container] = pod.containers;
  const securityContext = { ...pod.securityContext, runAsUser: 999, runAsGroup: 999, fsGroup: 999 };
  const mounts = [...container.volumeMounts, { name: "data", mountPath: "/data" }];
  const inner = { ...container, command: ["sh", "-ec", words], args: [], volumeMounts: mounts };
  const volumes = [...pod.volumes, { name: "data", persistentVolumeClaim: { claimName: claim } }];
  return { ...spec, template: { metadata, spec: { ...pod, securityContext, containers: [inner], volumes } } };
}

describe("backups and restores of the stores in their pods", function () {
  this.timeout(10 * 60_000);
  const rows = count(2_000, 200_000);
  const keys = count(2_000, 100_000);
  const vectors = count(200, 5_000);
  const expected: Partial<Record<Store, Contents>> = {};
  /** Of the backups that are restored: those of a schedule may come between. */
  const ids = { redis: "", vector: "" };
  let stand: VaultStand;
  /** Within the archive, and before the damage. */
  let goodAt: Date;

  const redis = async () => knownRedis(await stand.access("redis-service", "redis-credentials", "password"));
  const postgres = async () =>
    knownPostgres(await stand.access("postgres-service", "postgres-credentials", "password"));
  const vector = async () => knownVector(await stand.access("vector-service", "vector-credentials", "api-key"));

  const good = (end: JobEnd): JobEnd => {
    assert.ok(end.succeeded, end.said);
    return end;
  };
  /** Counts what a restored store lost and has too much. */
  const judge = async (store: Store, known: KnownStore, took: number): Promise<void> => {
    const wanted = expected[store]!;
    const { lost, extra } = difference(wanted, await known.read());
    say(`${store}: restored in its pod in ${took} s; ${lost} of ${wanted.size} lost, ${extra} extra`);
    assert.deepEqual({ lost, extra }, { lost: 0, extra: 0 });
  };

  before(async function () {
    this.timeout(15 * 60_000);
    stand = await VaultStand.open(await sharedPlatform(this));
  });

  it("are made by the rendered jobs, and by the database's own container", async () => {
    const stores = { redis: await redis(), vector: await vector(), postgres: await postgres() };
    await stores.redis.write(0, keys);
    await stores.vector.write(0, vectors);
    await stores.postgres.write(0, rows);
    const [backup, dumped, sent] = await Promise.all([
      stand.backUpPostgres("by-hand"),
      stand.run("redis-by-hand", await stand.jobOf("redis-backup")),
      stand.run("vector-by-hand", await stand.jobOf("vector-backup")),
    ]);
    assert.equal(at(backup, "status.phase"), "completed", String(at(backup, "status.error")));
    const began = Date.parse(String(at(backup, "status.startedAt")));
    const base = Math.round((Date.parse(String(at(backup, "status.stoppedAt"))) - began) / 1000);
    ids.redis = idOf(good(dumped));
    ids.vector = idOf(good(sent));
    // What is written after the base backup is in the archive alone.
    await stores.postgres.write(rows, 2 * rows);
    for (const store of ["redis", "vector", "postgres"] as const) expected[store] = await stores[store].read();
    assert.deepEqual(
      Object.values(expected).map(({ size }) => size),
      [keys, vectors, 2 * rows],
    );
    say(
      `backups in pods at once: postgres ${base} s (${rows} rows, then ${rows} more in the archive), redis ${dumped.seconds} s ` +
        `(${keys} keys), vector ${sent.seconds} s (${vectors} objects)`,
    );
  });

  it("are verified by the rendered job, which leaves its record in the cluster", async () => {
    goodAt = await stand.archived();
    const began = performance.now();
    good(await stand.run("verification-by-hand", await stand.jobOf("backup-verification")));
    const name = "backup-verification";
    const { data } = await stand.region.api.get("v1", "ConfigMap", { namespace: NAMESPACE, name });
    const kept = data as Readonly<Record<string, string>>;
    const found = (["postgres", "redis", "vector"] as const).map(
      (store) => JSON.parse(kept[`${store}.json`] ?? "{}") as VerificationRecord,
    );
    for (const { problems, verified } of found)
      assert.deepEqual({ problems, verified }, { problems: [], verified: true });
    const [inPostgres, inRedis, inVector] = found.map(({ counts }) => Object.entries(counts ?? {}));
    const known = inPostgres?.find(([table]) => table.endsWith("public.known"))?.[1];
    assert.deepEqual([known, inRedis, inVector], [2 * rows, [["keys", keys]], [["Known", vectors]]]);
    say(
      `verified in ${seconds(began)} s by ${found[0]?.by ?? ""}: ` +
        found.map(({ store, rtoSeconds }) => `${store} RTO ${rtoSeconds ?? "?"} s`).join(", "),
    );
  });

  it("bring the vector database back in its pod", async () => {
    const known = await vector();
    await known.damage();
    await known.drop();
    const args = ["restore", "vector", "--backup", ids.vector, "--target", "http://vector-service:8080"];
    const job = withArgs(await stand.jobOf("vector-backup"), args);
    const { seconds: took } = good(await stand.run("vector-restore", job));
    await judge("vector", known, took);
  });

  it("bring Redis back in its pod", async () => {
    await (await redis()).damage();
    const words =
      `agent-platform-backup restore redis --backup ${ids.redis} --target /data/restored\n` +
      "rm -rf /data/appendonlydir /data/dump.rdb\nmv /data/restored/* /data/\nrmdir /data/restored";
    const job = onVolume(await stand.jobOf("redis-backup"), "data-redis-0", words);
    const began = performance.now();
    good(
      await stand.onVolume(
        "redis",
        { name: "redis-restore", spec: job },
        async (off) => await stand.scale("redis", off ? 0 : 1),
      ),
    );
    await judge("redis", await redis(), seconds(began));
  });

  it("bring PostgreSQL back to a moment before the damage, which the base backup does not hold", async () => {
    await (await postgres()).damage();
    await stand.archived();
    const words =
      `agent-platform-backup restore postgres --target /data/restored --to ${goodAt.toISOString()}\n` +
      "mv /data/pgdata /data/damaged\nmv /data/restored /data/pgdata\nrm -rf /data/damaged";
    const job = onVolume(await stand.jobOf("backup-verification"), "data-postgres-0", words);
    const began = performance.now();
    good(
      await stand.onVolume("postgres", { name: "postgres-restore", spec: job }, async (off) => {
        await stand.annotateCluster({ [fencedInstances]: off ? '["*"]' : null });
      }),
    );
    await judge("postgres", await postgres(), seconds(began));
  });

  it("fail with their reason where the credentials are wrong, and nothing counts as a backup", async () => {
    const before = (await stand.catalogue("redis").jobs()).filter(({ status }) => status === "completed");
    const job = await stand.jobOf("redis-backup");
    const [container] = job.template.spec.containers;
    container.env = container.env.map(({ name, ...given }) =>
      name === "AWS_SECRET_ACCESS_KEY" ? { name, value: "not-the-secret" } : { name, ...given },
    );
    const end = await stand.run("redis-stranger", { ...job, backoffLimit: 0 });
    assert.equal(end.succeeded, false);
    assert.match(end.said, /cannot \w+ s3:\/\/local-a-redis\/local-a\/\S+: .*signature/i);
    const after = await stand.catalogue("redis").jobs();
    assert.deepEqual(
      after.filter(({ status }) => status === "completed"),
      before,
    );
    say(`a job with a wrong secret failed after ${end.seconds} s: ${end.said.trim().split("\n").at(-1) ?? ""}`);
  });
});
