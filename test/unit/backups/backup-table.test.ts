import { strict as assert } from "node:assert";
import fc from "fast-check";
import { backupPlans, backupTable, withSeconds } from "../../../config/backup-table.js";
import { backupsSchema } from "../../../config/schema/data.js";
import { bucketBaseName } from "../../../components/backups/names.js";

describe("backup table", () => {
  it("is R8 by default", () => {
    const rows = backupPlans(backupsSchema.parse({})).map(({ store, schedule, retentionDays, kinds }) => ({
      store,
      schedule,
      retentionDays,
      kinds,
    }));
    assert.deepEqual(rows, [
      { store: "postgres", schedule: "0 2 * * *", retentionDays: 30, kinds: ["full", "incremental"] },
      { store: "redis", schedule: "0 */6 * * *", retentionDays: 7, kinds: ["full"] },
      { store: "vector", schedule: "0 3 * * *", retentionDays: 14, kinds: ["full"] },
    ]);
  });

  it("never locks a backup for longer than it is kept", () => {
    const table = backupTable(backupsSchema.parse({ lockDays: 10, redis: { retentionDays: 3 } }));
    assert.deepEqual([table.postgres.lockDays, table.redis.lockDays, table.vector.lockDays], [10, 3, 10]);
  });

  it("gives CloudNativePG its field for seconds", () => {
    assert.equal(withSeconds("0 2 * * *"), "0 0 2 * * *");
    assert.equal(withSeconds("  */5  1 *   * 1 "), "0 */5 1 * * 1");
  });
});

describe("bucket names", () => {
  it("are the parts with dashes where they fit", () => {
    assert.equal(
      bucketBaseName("agent-memory-backups", "production", "us-east-1", "postgres"),
      "agent-memory-backups-production-us-east-1-postgres",
    );
  });

  it("leave room for the suffix, are valid, and differ when their parts do", () => {
    const part = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/);
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (one, other) => {
        const name = bucketBaseName(...one);
        assert.ok(name.length <= 54, name);
        assert.match(name, /^[a-z0-9][a-z0-9-]*[a-z0-9]$|^[a-z0-9]$/);
        if (one.join("-").replace(/-+/g, "-") !== other.join("-").replace(/-+/g, "-")) {
          assert.notEqual(name, bucketBaseName(...other));
        }
      }),
    );
  });
});
