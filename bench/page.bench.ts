import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { summarize } from "../cli/preview/summary.js";
import { judgeRecorded } from "../cli/readiness/recorded.js";
import { stackPage } from "../cli/report/stack-page.js";
import { launchBrowser, openPage } from "../test/support/browser.js";
import { runOf } from "../test/support/stacks.js";
import type { Bench } from "./main.js";
import { median, within } from "./measure.js";

const RUNS = 9;
const look = { width: 1280, height: 900 };

/** Milliseconds of processor time that the page's own thread takes until it is loaded, whatever else the machine does. */
async function threadTime(browser: Browser, file: string): Promise<number> {
  const page = await browser.newPage({ viewport: look });
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  const { metrics } = await session.send("Performance.getMetrics");
  await page.close();
  return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN) * 1000;
}

/** Medians of the milliseconds from the request to the load event, file by file in turn after one uncounted opening. */
async function medians(browser: Browser, files: readonly string[]): Promise<number[]> {
  const times = files.map((): number[] => []);
  for (let run = 0; run <= RUNS; run += 1) {
    for (const [index, file] of files.entries()) {
      const { page, milliseconds } = await openPage(browser, file, look);
      if (run > 0) times[index]?.push(milliseconds);
      await page.close();
    }
  }
  return times.map(median);
}

export const bench: Bench = {
  title: "the page of production in headless Chromium, beside an empty page",
  async run() {
    const { browser, missing } = await launchBrowser();
    if (browser === undefined) return [`skipped: ${missing}`];
    const folder = mkdtempSync(join(tmpdir(), "page-bench-"));
    try {
      const [page, empty] = [join(folder, "production.html"), join(folder, "empty.html")];
      const run = await runOf("production");
      writeFileSync(page, await stackPage(summarize(run), judgeRecorded(run)));
      writeFileSync(empty, "<!doctype html><title>empty</title>");
      const [opened = NaN, floor = NaN] = await medians(browser, [page, empty]);
      return [
        within("size", statSync(page).size / 1024, { unit: "KiB", bound: 1024 }),
        within("processor time to open", await threadTime(browser, page), { unit: "ms", bound: 1000 }),
        `${within("opens", opened, { unit: "ms", bound: 1000 })}; an empty page: ${floor.toFixed(0)} ms`,
      ];
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true });
    }
  },
};
