import { randomUUID } from "node:crypto";
import { reasonOf } from "../reason.js";

export interface SmokeOptions {
  /** Address of the public host: `https://canary.agent-api.example.com`; a path in it comes before the requests' own. */
  readonly url: string;
  /** Sent with every request, so that the canary answers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly healthPath: string;
  readonly readyPath: string;
  /** Collection of the API: a POST writes an item whose `id` the answer carries, a GET below it reads the item. */
  readonly itemsPath: string;
  /** Body of the write. */
  readonly item: object;
  /** Milliseconds for each request. */
  readonly timeoutMs: number;
}

/** One request of the smoke test. */
export interface SmokeStep {
  readonly name: "health" | "ready" | "write" | "read" | "clean-up";
  readonly request: string;
  readonly status: number | undefined;
  readonly milliseconds: number;
  /** Why it failed; `undefined` where it passed. */
  readonly fault: string | undefined;
}

interface Request {
  readonly name: SmokeStep["name"];
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: object;
}

interface Sent {
  readonly step: SmokeStep;
  readonly text: string;
}

async function send(options: SmokeOptions, request: Request): Promise<Sent> {
  const started = performance.now();
  const done = (status: number | undefined, fault: string | undefined): SmokeStep => ({
    name: request.name,
    request: `${request.method} ${request.path}`,
    status,
    milliseconds: Math.round(performance.now() - started),
    fault,
  });
  try {
    const response = await fetch(`${options.url.replace(/\/+$/, "")}${request.path}`, {
      method: request.method,
      headers: { ...options.headers, ...(request.body && { "content-type": "application/json" }) },
      signal: AbortSignal.timeout(options.timeoutMs),
      // A redirect would be answered by another host than the one that is tested.
      redirect: "error",
      ...(request.body && { body: JSON.stringify(request.body) }),
    });
    const text = await response.text();
    return { step: done(response.status, response.ok ? undefined : `answered ${response.status}`), text };
  } catch (thrown) {
    return { step: done(undefined, reasonOf(thrown)), text: "" };
  }
}

function idOf(text: string): string | undefined {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    return typeof id === "string" || typeof id === "number" ? String(id) : undefined;
  } catch {
    return undefined;
  }
}

async function writeAndRead(options: SmokeOptions): Promise<SmokeStep[]> {
  const mark = `smoke-${randomUUID()}`;
  const body = { ...options.item, content: mark };
  const written = await send(options, { name: "write", method: "POST", path: options.itemsPath, body });
  if (written.step.fault !== undefined) return [written.step];
  const id = idOf(written.text);
  if (id === undefined) return [{ ...written.step, fault: "the answer carries no id to read by" }];
  const path = `${options.itemsPath}/${encodeURIComponent(id)}`;
  const read = await send(options, { name: "read", method: "GET", path });
  const same = read.step.fault !== undefined || read.text.includes(mark);
  const cleaned = await send(options, { name: "clean-up", method: "DELETE", path });
  return [written.step, same ? read.step : { ...read.step, fault: "the answer is not what was written" }, cleaned.step];
}

/** Health, readiness, one write and one read of what was written, and its removal, in this order. */
export async function smoke(options: SmokeOptions): Promise<SmokeStep[]> {
  const health = await send(options, { name: "health", method: "GET", path: options.healthPath });
  const ready = await send(options, { name: "ready", method: "GET", path: options.readyPath });
  const probes = [health.step, ready.step];
  return probes.every(({ fault }) => fault === undefined) ? [...probes, ...(await writeAndRead(options))] : probes;
}
