// `npm run docs:pictures`: takes the pictures of the documents anew, in Debian's Chromium. Not part of the generated
// documents: two browsers' letters differ by a pixel.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { runStack } from "../cli/preview/run-stack.js";
import { summarize } from "../cli/preview/summary.js";
import { judgeRecorded } from "../cli/readiness/recorded.js";
import { stackPage } from "../cli/report/stack-page.js";
import { projectRoot } from "../cli/root.js";

const views = [
  { name: "report-light", width: 1120, height: 900, colorScheme: "light" },
  { name: "report-dark", width: 1120, height: 900, colorScheme: "dark" },
  { name: "report-phone", width: 390, height: 844, colorScheme: "light" },
] as const;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pictures-"));
  const pictures = join(projectRoot, "docs", "pictures");
  const run = await runStack("production");
  const page = join(folder, "page.html");
  writeFileSync(page, await stackPage(summarize(run), judgeRecorded(run), new Date(0)));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    for (const { name, width, height, colorScheme } of views) {
      const tab = await browser.newPage({ viewport: { width, height }, colorScheme });
      await tab.goto(pathToFileURL(page).href);
      await tab.screenshot({ path: join(pictures, `${name}.png`) });
      process.stdout.write(`took ${name}.png\n`);
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

void main();
