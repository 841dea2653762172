import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { smoke, type SmokeOptions, type SmokeStep } from "../../../operations/smoke/smoke.js";

/** A memory API as small as the smoke test needs it, with faults that a test chooses. */
class MemoryApi {
  readonly items = new Map<string, string>();
  readonly seen: { request: string; canary: string | undefined }[] = [];
  fault: "unready" | "read-only" | "forgetful" | "no-id" | undefined;
  private server: Server | undefined;

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      void this.answer(request).then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" }).end(body);
      });
    });
    await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url = "" } = request;
    this.seen.push({
      request: `${method ?? ""} ${url.replace(/smoke-[\w-]+/, "ID")}`,
      canary: request.headers["x-canary"] as string,
    });
    if (url === "/health") return { status: 200, body: "{}" };
    if (url === "/ready") return { status: this.fault === "unready" ? 503 : 200, body: "{}" };
    if (method === "POST") {
      if (this.fault === "read-only") return { status: 503, body: "{}" };
      const { content } = JSON.parse(Buffer.concat(chunks).toString()) as { content: string };
      this.items.set(content, content);
      return { status: 201, body: JSON.stringify(this.fault === "no-id" ? {} : { id: content }) };
    }
    const id = url.split("/").at(-1) ?? "";
    if (method === "DELETE") return { status: this.items.delete(id) ? 204 : 404, body: "" };
    return { status: 200, body: JSON.stringify({ content: this.fault === "forgetful" ? "" : this.items.get(id) }) };
  }
}

describe("smoke test", () => {
  let api: MemoryApi;
  let options: SmokeOptions;

  beforeEach(async () => {
    api = new MemoryApi();
    options = {
      url: await api.start(),
      headers: { "x-canary": "true" },
      healthPath: "/health",
      readyPath: "/ready",
      itemsPath: "/v1/memories",
      item: {},
      timeoutMs: 2000,
    };
  });
  afterEach(async () => await api.stop());

  const verdicts = (steps: readonly SmokeStep[]): unknown[] =>
    steps.map(({ name, status, fault }) => [name, status, fault]);

  it("asks health, readiness, one write and the read of it, all with the canary's header, and cleans up", async () => {
    const steps = await smoke(options);
    assert.deepEqual(verdicts(steps), [
      ["health", 200, undefined],
      ["ready", 200, undefined],
      ["write", 201, undefined],
      ["read", 200, undefined],
      ["clean-up", 204, undefined],
    ]);
    assert.ok(steps.every(({ milliseconds }) => milliseconds >= 0 && milliseconds < 2000));
    assert.deepEqual(api.seen, [
      { request: "GET /health", canary: "true" },
      { request: "GET /ready", canary: "true" },
      { request: "POST /v1/memories", canary: "true" },
      { request: "GET /v1/memories/ID", canary: "true" },
      { request: "DELETE /v1/memories/ID", canary: "true" },
    ]);
    assert.equal(api.items.size, 0);
  });

  it("writes nothing to a version that is not ready", async () => {
    api.fault = "unready";
    assert.deepEqual(verdicts(await smoke(options)).at(-1), ["ready", 503, "answered 503"]);
    assert.ok(api.seen.every(({ request }) => !request.startsWith("POST")));
  });

  it("tells a version that refuses writes, forgets them, or gives no id", async () => {
    api.fault = "read-only";
    assert.deepEqual(verdicts(await smoke(options)).at(-1), ["write", 503, "answered 503"]);
    api.fault = "no-id";
    assert.deepEqual(verdicts(await smoke(options)).at(-1), ["write", 201, "the answer carries no id to read by"]);
    api.fault = "forgetful";
    assert.deepEqual(verdicts(await smoke(options)).at(3), ["read", 200, "the answer is not what was written"]);
  });

  it("says why a host is not reached", async () => {
    await api.stop();
    const [health] = await smoke(options);
    assert.equal(health?.status, undefined);
    assert.match(health?.fault ?? "", /fetch failed: .*ECONNREFUSED/);
    await api.start();
  });
});
