import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { foreignJobs } from "../../../operations/backup/postgres/archive.js";
import { serverName } from "../../../operations/backup/postgres/source.js";
import { ObjectStorage } from "../../../operations/backup/storage.js";

const segment = (number: number): string => `0000000100000000${number.toString(16).toUpperCase().padStart(8, "0")}`;

describe("base backups that an operator made", () => {
  const folder = mkdtempSync(join(tmpdir(), "agent-platform-foreign-"));
  const storage = new ObjectStorage({ scheme: "file", bucket: folder, path: "" });

  const put = (path: string, text = ""): void => {
    const file = join(folder, serverName, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const base = (id: string, wal: readonly [number, number], status = "DONE"): void => {
    const times = ["begin_time=2026-11-29T01:00:00+00:00", "end_time=2026-11-29T01:01:00+00:00"];
    const fields = [`status=${status}`, ...times, `begin_wal=${segment(wal[0])}`, `end_wal=${segment(wal[1])}`];
    put(`base/${id}/backup.info`, fields.join("\n"));
  };

  after(() => rmSync(folder, { recursive: true, force: true }));

  it("count once they are done and the WAL of their beginning and end is archived", async () => {
    for (const number of [3, 4, 6]) put(`wals/0000000100000000/${segment(number)}.gz`);
    base("20261129T010000", [3, 4]);
    base("20261129T020000", [4, 4], "STARTED");
    base("20261129T030000", [6, 7]);
    base("20261129T040000", [2, 3]);
    const jobs = await foreignJobs(storage, []);
    assert.deepEqual(
      jobs.map(({ toolId, status }) => [toolId, status]),
      [["20261129T010000", "completed"]],
    );
  });
});
