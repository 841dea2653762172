import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFiles } from "../operations/recovery/run/files.js";
import { finishedRun } from "../test/support/recovery/finished.js";
import type { Bench } from "./main.js";
import { compare, measure, ratio } from "./measure.js";

const COMMAND = "scripts/agent-platform.js";
const MANY = 1_000;
/** A thousand finished runs may make `recover status` take half as long again as one does, at most. */
const BOUND = 1.5;

async function keep(folder: string, runs: number): Promise<void> {
  const files = new RunFiles(folder, "production");
  for (let index = 0; index < runs; index += 1) await files.write(finishedRun(index), "finished");
}

export const bench: Bench = {
  title: `recover status: ${MANY} finished runs kept, beside one`,
  async run() {
    const folder = mkdtempSync(join(tmpdir(), "agent-platform-bench-"));
    try {
      const url = "http://127.0.0.1:9";
      const control = { uri: `file://${join(folder, "control")}` };
      const site = { stack: "production", publicUrl: url, primary: "us-east-1", regions: { "us-east-1": { url } } };
      writeFileSync(join(folder, "site.json"), JSON.stringify({ ...site, control }));
      const [one, many] = [join(folder, "one"), join(folder, "many")];
      await keep(one, 1);
      await keep(many, MANY);
      const status = (state: string) => async () =>
        await measure(COMMAND, ["recover", "status", "--site", join(folder, "site.json"), "--state", state]);
      const [few, all] = await compare(status(one), status(many), 11);
      const of = [all.wallSeconds, few.wallSeconds] as const;
      return [ratio(`with ${MANY} runs, its floor with one`, of, { unit: "s", bound: BOUND })];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
