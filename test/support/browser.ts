import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { ensurePackage } from "../../operations/local/servers/packages.js";
import { skip } from "./counts.js";

/** Debian's Chromium, headless, or why it cannot be had. */
export async function launchBrowser(): Promise<
  | { readonly browser: Browser; readonly missing?: undefined }
  | { readonly browser?: undefined; readonly missing: string }
> {
  const { path, missing } = await ensurePackage("chromium", "chromium");
  if (path === undefined) return { missing };
  // The drawing is laid out for Arial's widths; Debian has them as Liberation.
  await ensurePackage("fonts-liberation", "LiberationSans-Regular.ttf", ["/usr/share/fonts/truetype/liberation"]);
  // Chromium's own sandbox needs privileges that root in a container has not; what is opened are our own files.
  return { browser: await chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-gpu"] }) };
}

/** Debian's Chromium, headless; skips with the reason where it cannot be had. */
export async function openBrowser(context: Mocha.Context): Promise<Browser> {
  const { browser, missing } = await launchBrowser();
  return browser ?? skip(context, missing);
}

export interface OpenedPage {
  readonly page: Page;
  /** Milliseconds from the request to the load event. */
  readonly milliseconds: number;
  /** Everything that went wrong: errors on the console, in scripts, and every request but the file itself. */
  readonly complaints: string[];
}

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly colorScheme?: "light" | "dark";
}

/** Opens a file as a reader would, and listens for whatever goes wrong. */
export async function openPage(browser: Browser, file: string, look: Look): Promise<OpenedPage> {
  const { width, height, colorScheme = "light" } = look;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  const complaints: string[] = [];
  const url = pathToFileURL(file).href;
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => void complaints.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:")) complaints.push(`request of ${request.url()}`);
  });
  const started = performance.now();
  await page.goto(url, { waitUntil: "load" });
  return { page, milliseconds: performance.now() - started, complaints };
}
