import { strict as assert } from "node:assert";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import * as loader from "@grpc/proto-loader";
import { poll } from "../../../common/poll.js";
import { exporters } from "../../../components/observability/exporters.js";
import { AgentService } from "../../support/servers/agent-service.js";
import { startStand, TraceSink, type Stand } from "./stand.js";

interface Answer {
  readonly id: string;
  readonly content: string;
  readonly memories: readonly { readonly id: string }[];
  readonly source: string;
  readonly detail: string;
  readonly role: string;
}
const read = async (response: Response): Promise<Answer> => (await response.json()) as Answer;
const until = (what: string, probe: () => Promise<boolean>): Promise<true> =>
  poll(async () => ((await probe()) ? true : undefined), { what, intervalMs: 50, timeoutMs: 30_000 });
const folder = join(__dirname, "../../../examples/agent-memory-service");

/** Calls a method of the service by gRPC; answers the message, or the error with code and metadata. */
function grpcCaller(address: string) {
  const definition = loader.loadSync(join(folder, "memory.proto"), { defaults: true });
  const { agent } = grpc.loadPackageDefinition(definition) as unknown as {
    agent: { memory: { v1: { MemoryService: grpc.ServiceClientConstructor } } };
  };
  const client = new agent.memory.v1.MemoryService(address, grpc.credentials.createInsecure());
  type Method = (
    request: object,
    done: (error: grpc.ServiceError | null, answer: Answer) => void,
  ) => grpc.ClientUnaryCall;
  const call = (method: string, request: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const run = client[method] as unknown as Method;
      run.call(client, request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  return { call, close: () => client.close() };
}

describe("reference service on real PostgreSQL and Redis", function () {
  this.timeout(120_000);
  let stand: Stand;
  let service: AgentService;
  const traces = new TraceSink();
  const stops: (() => void | Promise<void>)[] = [];

  before(async function () {
    this.timeout(600_000);
    stand = await startStand(this);
    stops.push(stand.stop);
    const endpoint = await traces.start();
    stops.push(() => traces.stop());
    service = await AgentService.start(stand.folder, {
      ...stand.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_SCHEDULE_DELAY: "100",
      FAULTS_ENABLED: "true",
      MAX_CONCURRENCY: "2",
      MAX_QUEUE: "6",
    });
    stops.push(() => service.process.stop());
    await service.until("/ready", 200);
  });

  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const write = (body: object, headers = {}) => service.send("/v1/memories", body, { headers });

  it("writes, reads, searches and deletes a memory by HTTP; a repeated write is answered, another one refused", async () => {
    const id = randomUUID();
    const memory = { id, agentId: "ada", content: "The lighthouse keeper likes tea", metadata: { source: "test" } };
    assert.equal((await write(memory)).status, 201);
    assert.equal((await write(memory)).status, 200);
    assert.equal((await write({ ...memory, content: "coffee" })).status, 409);
    assert.equal((await read(await service.ask(`/v1/memories/${id}`))).content, memory.content);
    const search = { agentId: "ada", query: "lighthouse tea" };
    const found = await read(await service.send("/v1/memories/search", search));
    assert.deepEqual([found.memories.map((each) => each.id), found.source], [[id], "text"]);
    assert.equal((await service.ask(`/v1/memories/${id}`, { method: "DELETE" })).status, 204);
    assert.equal((await service.ask(`/v1/memories/${id}`)).status, 404);
    assert.deepEqual(await stand.postgres.sql(`SELECT count(*) FROM memories WHERE id = '${id}'`), [["0"]]);
  });

  it("does the same by gRPC", async () => {
    const { call, close } = grpcCaller(service.grpcAddress);
    const { id } = await call("Write", { agentId: "grace", content: "compilers are friends" });
    assert.equal((await call("Read", { id })).content, "compilers are friends");
    const found = await call("Search", { agentId: "grace", query: "compilers" });
    assert.deepEqual(
      found.memories.map((each) => each.id),
      [id],
    );
    await call("Delete", { id });
    await assert.rejects(call("Read", { id }), { code: grpc.status.NOT_FOUND });
    await assert.rejects(call("Write", { agentId: "grace" }), { code: grpc.status.INVALID_ARGUMENT });
    close();
  });

  it("names every fault of a bad request", async () => {
    const refused = await write({ agentId: "", content: 7 });
    assert.equal(refused.status, 400);
    assert.match((await read(refused)).detail, /agentId: .*; content: /);
  });

  it("exports every metric that the platform's queries read of it, under the names of R4 and R6", async () => {
    const text = await service.metrics();
    const [agent] = exporters;
    for (const metric of agent?.metrics ?? []) assert.match(text, new RegExp(`^${metric}[{ ]`, "m"), metric);
    assert.match(text, /^agent_requests_total\{version="stable",status="success"\} [1-9]/m);
    assert.match(text, /^agent_requests_total\{version="stable",status="error"\} 0$/m);
    assert.match(text, /^agent_request_duration_seconds_bucket\{le="2",version="stable"\} [1-9]/m);
    assert.match(text, /^agent_dependency_up\{dependency="vector"\} 0$/m);
  });

  it("continues the caller's trace to the stores, and logs JSON lines with its id but without the content", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const secret = `secret-${randomUUID()}`;
    await write({ content: secret }, { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
    const parts = [Buffer.from(traceId, "hex"), "POST /v1/memories", "postgresql insert", "redis set"];
    await until(`spans of trace ${traceId}`, () => Promise.resolve(parts.every((part) => traces.has(part))));
    const log = await service.log();
    const lines = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.ok(lines.some((line) => line.trace_id === traceId && line.request === "POST /v1/memories"));
    for (const key of ["time", "level", "msg", "service", "region", "pod"])
      assert.ok(
        lines.every((line) => key in line),
        key,
      );
    assert.ok(!log.includes(secret) && !log.includes(stand.redis.source.password));
  });

  it("serves reads and refuses writes plainly while its database is read-only, and is ready all the same", async () => {
    const { id } = await read(await write({ content: "written before" }));
    const fence = async (value: string) => {
      await stand.postgres.sql(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
      await stand.postgres.sql("SELECT pg_reload_conf()");
    };
    await fence("on");
    await until(
      "the role to be standby",
      async () => (await read(await service.ask("/health/deep"))).role === "standby",
    );
    const refused = await write({ content: "too late" });
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "5"]);
    assert.equal((await service.ask(`/v1/memories/${id}`)).status, 200);
    assert.deepEqual([(await service.ask("/ready")).status, (await service.ask("/health/deep")).status], [200, 200]);
    await fence("off");
    await service.until("/health/deep", 200);
    await until("a write", async () => (await write({ content: "again" })).status === 201);
  });

  it("is not ready while a required store hangs, says which, and stays alive", async () => {
    process.kill(stand.redis.process.pid, "SIGSTOP");
    const response = await service.until("/ready", 503);
    const { dependencies } = (await response.json()) as { dependencies: Record<string, { up: boolean }> };
    assert.deepEqual([dependencies.redis?.up, dependencies.postgres?.up], [false, true]);
    assert.equal((await service.ask("/health")).status, 200);
    process.kill(stand.redis.process.pid, "SIGCONT");
    await service.until("/ready", 200);
  });

  it("shows the queue to the autoscaler, refuses what exceeds it, and fails the share that a fault asks for", async () => {
    const faults = (body: object) => service.send("/faults", body, { method: "PUT" });
    await faults({ latencyMs: 300 });
    const many = Array.from({ length: 30 }, () => service.ask(`/v1/memories/${randomUUID()}`));
    await until("a queue", async () => /^agent_request_queue_length [1-9]$/m.test(await service.metrics()));
    const statuses = (await Promise.all(many)).map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)].sort(), [404, 503]);
    const served = statuses.filter((status) => status === 404).length;
    assert.ok(served >= 8, `2 at work and 6 waiting, and ${served} served`);
    await faults({ errorRatio: 0.5 });
    let failed = 0;
    for (let batch = 0; batch < 25; batch += 1) {
      const answers = Array.from({ length: 8 }, () => service.ask(`/v1/memories/${randomUUID()}`));
      failed += (await Promise.all(answers)).filter(({ status }) => status === 500).length;
    }
    await faults({});
    // 100 expected; 6 standard deviations either way.
    assert.ok(failed > 57 && failed < 143, `${failed} of 200 failed`);
    assert.match(await service.metrics(), /^agent_requests_total\{version="stable",status="error"\} [1-9]/m);
  });

  it("finishes what is in flight on SIGTERM: no request fails, and the process ends by itself", async () => {
    const own = await AgentService.start(stand.folder, {
      ...stand.env,
      FAULTS_ENABLED: "true",
      FAULTS: '{"latencyMs":700}',
    });
    await own.until("/ready", 200);
    const { call, close } = grpcCaller(own.grpcAddress);
    const byHttp = Array.from({ length: 20 }, () => own.send("/v1/memories", { content: "in flight" }));
    const byGrpc = Array.from({ length: 5 }, () => call("Write", { content: "in flight" }));
    await setTimeout(300);
    process.kill(own.process.pid, "SIGTERM");
    assert.deepEqual([...new Set((await Promise.all(byHttp)).map(({ status }) => status))], [201]);
    assert.equal((await Promise.all(byGrpc)).length, 5);
    await until("the process to end", () => Promise.resolve(!own.process.running()));
    assert.match(await own.log(), /"msg":"stopped"/);
    close();
  });

  it("has no faults on offer unless they are enabled, and refuses bad settings all at once", async () => {
    const plain = await AgentService.start(stand.folder, { ...stand.env, FAULTS: '{"errorRatio":1}' });
    await plain.until("/ready", 200);
    assert.equal((await plain.send("/faults", {}, { method: "PUT" })).status, 404);
    assert.equal((await plain.send("/v1/memories", { content: "no fault" })).status, 201);
    await plain.process.stop();
    const bad = { HTTP_PORT: "99999", LOG_LEVEL: "loud", FAULTS: "{" };
    const { exitCode, stderr } = await AgentService.refuse(stand.folder, bad);
    assert.equal(exitCode, 2);
    for (const name of Object.keys(bad)) assert.match(stderr, new RegExp(`environment variable ${name}: `));
  });
});
