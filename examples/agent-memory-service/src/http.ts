import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { RequestError, type Refusal } from "./errors.js";
import { faultsSchema, type Faults } from "./faults.js";
import type { Health, Verdict } from "./health.js";
import type { Logger } from "./log.js";
import type { Memories } from "./memories.js";
import { check, idSchema, searchSchema, writeSchema } from "./memory.js";
import type { Metrics } from "./metrics.js";
import type { Requests } from "./requests.js";

export interface HttpParts {
  readonly memories: Memories;
  readonly requests: Requests;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly faults: Faults;
  readonly log: Logger;
  /** Headers of every answer: which pod, region and version gave it. */
  readonly servedBy: Readonly<Record<string, string>>;
}

const statuses: Readonly<Record<Refusal, number>> = {
  invalid: 400,
  "not-found": 404,
  conflict: 409,
  "read-only": 503,
  overloaded: 503,
  unavailable: 503,
};

/** An error as RFC 9457 has it. What is not meant for callers stays in the log. */
async function sendError(reply: FastifyReply, thrown: unknown): Promise<void> {
  const own = thrown instanceof RequestError ? thrown : undefined;
  // Fastify's own refusals, such as a body that is no JSON.
  const given = (thrown as { statusCode?: number }).statusCode;
  const status = own ? statuses[own.refusal] : given !== undefined && given < 500 ? given : 500;
  const detail = own ?? (status < 500 ? (thrown as Error) : undefined);
  if (own?.retryAfter !== undefined) reply.header("retry-after", String(own.retryAfter));
  await reply
    .code(status)
    .type("application/problem+json")
    .send({ status, title: own?.refusal ?? (status < 500 ? "invalid" : "internal"), detail: detail?.message });
}

function addApi(app: FastifyInstance, { memories, requests }: HttpParts): void {
  app.post("/v1/memories", async (request, reply) => {
    const written = await requests.handle("POST /v1/memories", request.headers, () =>
      memories.write(check(writeSchema, request.body)),
    );
    return await reply.code(written.created ? 201 : 200).send(written.memory);
  });
  app.post("/v1/memories/search", (request) =>
    requests.handle("POST /v1/memories/search", request.headers, () =>
      memories.search(check(searchSchema, request.body)),
    ),
  );
  app.get<{ Params: { id: string } }>("/v1/memories/:id", ({ params, headers }) =>
    requests.handle("GET /v1/memories/:id", headers, () => memories.read(check(idSchema, params.id))),
  );
  app.delete<{ Params: { id: string } }>("/v1/memories/:id", async ({ params, headers }, reply) => {
    await requests.handle("DELETE /v1/memories/:id", headers, () => memories.delete(check(idSchema, params.id)));
    return await reply.code(204).send();
  });
}

function addProbes(app: FastifyInstance, { health, metrics }: HttpParts): void {
  const tell = (path: string, verdict: () => Verdict): void => {
    app.get(path, async (_request, reply) => {
      const { ok, body } = verdict();
      return await reply.code(ok ? 200 : 503).send(body);
    });
  };
  tell("/health", () => health.live());
  tell("/ready", () => health.ready());
  tell("/health/deep", () => health.deep());
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}

function addFaults(app: FastifyInstance, { faults, log }: HttpParts): void {
  app.get("/faults", () => faults.current);
  app.put("/faults", async (request) => {
    await faults.set(check(faultsSchema, request.body));
    log.warn({ faults: faults.current }, "faults were set");
    return faults.current;
  });
}

/** The HTTP side: API, probes, metrics, and faults where they are enabled. */
export function createHttp(parts: HttpParts): FastifyInstance {
  // A request on an open connection that meets a closing server is served all the same; only the connection ends.
  const app = Fastify({ return503OnClosing: false, bodyLimit: 10 * 2 ** 20 });
  app.addHook("onRequest", (_request, reply, done) => {
    reply.headers({ ...parts.servedBy });
    done();
  });
  // Clients must not send the next request on a connection that ends with this one.
  app.addHook("onSend", (_request, reply) => {
    if (parts.health.draining) reply.header("connection", "close");
    return Promise.resolve();
  });
  app.setErrorHandler((thrown, _request, reply) => sendError(reply, thrown));
  addApi(app, parts);
  addProbes(app, parts);
  if (parts.faults.enabled) addFaults(app, parts);
  return app;
}
