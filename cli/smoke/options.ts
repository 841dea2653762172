import { ExitCode, PlatformError, showValue, type Fault } from "../../common/errors.js";
import type { SmokeOptions } from "../../operations/smoke/smoke.js";

/** What the command line says. */
export interface SmokeFlags {
  readonly header: readonly string[];
  readonly health: string;
  readonly ready: string;
  readonly items: string;
  readonly item: string;
  readonly timeout: string;
}

/** Reads one argument, or adds what is wrong with it. */
class Reader {
  readonly faults: Fault[] = [];

  url(text: string): string {
    const fix = "https://canary.agent-api.example.com";
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
      this.faults.push({ path: "URL", received: showValue(text), rule: "must be an http or https address", fix });
    } else if (url.username !== "" || url.password !== "") {
      // Not shown: the address is a secret then.
      this.faults.push({ path: "URL", rule: "must carry no credentials", fix: "--header authorization=…" });
    } else if (url.search !== "" || url.hash !== "") {
      this.faults.push({ path: "URL", received: showValue(text), rule: "must have neither query nor fragment", fix });
    }
    return text;
  }

  headers(texts: readonly string[]): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const text of texts) {
      const [, name, value] = /^([\w-]+)[:=]\s*(.+)$/.exec(text) ?? [];
      if (name !== undefined && value !== undefined) headers[name] = value;
      // The value may be a token.
      else this.faults.push({ path: "--header", rule: "must be NAME=VALUE", fix: "--header x-canary=true" });
    }
    return headers;
  }

  item(text: string): object {
    try {
      const item: unknown = JSON.parse(text);
      if (typeof item === "object" && item !== null && !Array.isArray(item)) return item;
    } catch {
      // Falls through to the fault that says what is wanted.
    }
    const fix = `--item '{"agentId":"smoke"}'`;
    this.faults.push({ path: "--item", received: showValue(text), rule: "must be a JSON object", fix });
    return {};
  }

  path(flag: string, text: string): string {
    if (/^\/[^?#\s]*$/.test(text)) return text;
    const fix = `${flag} /v1/memories`;
    this.faults.push({ path: flag, received: showValue(text), rule: "must be a path that begins with /", fix });
    return text;
  }

  milliseconds(text: string): number {
    const seconds = Number(text);
    if (seconds > 0 && seconds <= 3600) return seconds * 1000;
    const rule = "must be a number of seconds above 0 and at most 3600";
    this.faults.push({ path: "--timeout", received: showValue(text), rule, fix: "--timeout 10" });
    return 0;
  }
}

/**
 * The smoke test that the command line asks for.
 * @throws PlatformError exit code 2, with everything that is wrong.
 */
export function readOptions(url: string, flags: SmokeFlags): SmokeOptions {
  const reader = new Reader();
  const options = {
    url: reader.url(url),
    headers: reader.headers(flags.header),
    healthPath: reader.path("--health", flags.health),
    readyPath: reader.path("--ready", flags.ready),
    itemsPath: reader.path("--items", flags.items),
    item: reader.item(flags.item),
    timeoutMs: reader.milliseconds(flags.timeout),
  };
  if (reader.faults.length === 0) return options;
  throw new PlatformError("the smoke test cannot be run:", ExitCode.configuration, reader.faults);
}
