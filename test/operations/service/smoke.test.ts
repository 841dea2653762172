import { strict as assert } from "node:assert";
import { createServer, request, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runCommand, type CommandResult } from "../../../common/command.js";
import type { SmokeStep } from "../../../operations/smoke/smoke.js";
import { AgentService } from "../../support/servers/agent-service.js";
import { freePorts } from "../../support/servers/process.js";
import { startStand, type Stand } from "./stand.js";

const root = join(__dirname, "..", "..", "..");

/** What `npm run smoke -- ARGS` runs. */
async function smoke(...args: string[]): Promise<CommandResult> {
  const words = ["--import", "tsx", "cli/main.ts", "smoke", ...args];
  return await runCommand(process.execPath, words, {
    cwd: root,
    allowExitCodes: [1, 2],
  });
}

/** Stands before the service as the ingress does, and keeps what comes in. */
class Front {
  readonly requests: { readonly line: string; readonly headers: IncomingHttpHeaders }[] = [];
  private server: Server | undefined;

  async start(service: AgentService): Promise<string> {
    this.server = createServer((incoming, answer) => {
      const { method = "", url = "", headers } = incoming;
      this.requests.push({ line: `${method} ${url.replace(/[\da-f-]{36}/, "ID")}`, headers });
      const onward = request(`${service.url}${url}`, { method, headers }, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(undefined)));
  }
}

describe("smoke command against the reference service", function () {
  this.timeout(120_000);
  let stand: Stand;
  let service: AgentService;
  let url: string;
  const front = new Front();

  before(async function () {
    this.timeout(600_000);
    stand = await startStand(this);
    service = await AgentService.start(stand.folder, { ...stand.env, FAULTS_ENABLED: "true" });
    await service.until("/ready", 200);
    url = await front.start(service);
  });
  after(async () => {
    await front.stop();
    await (service as AgentService | undefined)?.process.stop();
    await (stand as Stand | undefined)?.stop();
  });

  it("asks health and readiness, writes, reads it back and removes it, with the canary's header: exit code 0 and timings", async () => {
    const { exitCode, stdout, stderr } = await smoke(url);
    process.stdout.write(stdout.replace(/^/gm, "    ").trimEnd() + "\n");
    assert.deepEqual([exitCode, stderr], [0, ""]);
    const rows = stdout.matchAll(/│ ([\w-]+) +│ \S+ \S+ +│ (\d+) +│ (\d+) +│ (\w+) +│/g);
    const seen = [...rows].map(([, name, status, , result]) => [name, status, result]);
    assert.deepEqual(seen, [
      ["health", "200", "ok"],
      ["ready", "200", "ok"],
      ["write", "201", "ok"],
      ["read", "200", "ok"],
      ["clean-up", "204", "ok"],
    ]);
    assert.deepEqual(
      front.requests.map(({ line }) => line),
      ["GET /health", "GET /ready", "POST /v1/memories", "GET /v1/memories/ID", "DELETE /v1/memories/ID"],
    );
    assert.deepEqual([...new Set(front.requests.map(({ headers }) => headers["x-canary"]))], ["true"]);
  });

  it("names the step that failed, exit code 1, and writes nothing to a version that is not ready", async () => {
    await service.send("/faults", { notReady: true }, { method: "PUT" });
    front.requests.length = 0;
    const { exitCode, stdout, stderr } = await smoke(url, "--json");
    await service.send("/faults", {}, { method: "PUT" });
    assert.equal(exitCode, 1);
    assert.equal(stderr, `the smoke test of ${url} failed: ready: answered 503\n`);
    const steps = JSON.parse(stdout) as SmokeStep[];
    assert.deepEqual(
      steps.map(({ name, status }) => [name, status]),
      [
        ["health", 200],
        ["ready", 503],
      ],
    );
    for (const { milliseconds } of steps) assert.ok(milliseconds >= 0 && milliseconds < 10_000);
    assert.equal(front.requests.length, 2);
  });

  it("says why a host is not reached, exit code 1", async () => {
    const [free = 0] = await freePorts(1);
    const { exitCode, stderr } = await smoke(`http://127.0.0.1:${free}`);
    assert.equal(exitCode, 1);
    assert.match(stderr, /failed: health: fetch failed: .*ECONNREFUSED.*; ready: fetch failed: .*ECONNREFUSED/);
  });

  it("refuses what is not an address, exit code 2, and sends nothing", async () => {
    const { exitCode, stdout, stderr } = await smoke("ftp://agent-api.example.com", "--timeout", "0");
    assert.deepEqual([exitCode, stdout], [2, ""]);
    const places = [...stderr.matchAll(/^ {2}(\S+): must be/gm)].map(([, place]) => place);
    assert.deepEqual(places, ["URL", "--timeout"], stderr);
  });
});
