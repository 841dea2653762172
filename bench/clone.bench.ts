import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../common/command.js";
import type { Bench } from "./main.js";

const root = join(__dirname, "..");

export const bench: Bench = {
  title: "From an empty clone to the printed preview of production",
  async run() {
    const folder = mkdtempSync(join(tmpdir(), "clone-bench-"));
    try {
      const started = performance.now();
      await runCommand("git", ["clone", "--quiet", root, join(folder, "clone")]);
      const cwd = join(folder, "clone");
      const { stdout } = await runCommand("npm", ["run", "preview", "--", "--stack", "production"], { cwd });
      const seconds = (performance.now() - started) / 1000;
      if (!stdout.includes("Stack production:")) throw new Error("the preview printed no summary");
      const verdict = seconds <= 120 ? "within" : "OVER";
      return [`${seconds.toFixed(0)} s, ${verdict} the bound of 120 s (the registry's speed included)`];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
