import { strict as assert } from "node:assert";
import { join } from "node:path";
import { poll } from "../../../common/poll.js";
import { startWeaviate } from "../../../operations/backup/vector/scratch.js";
import { AgentService } from "../../support/servers/agent-service.js";
import { temporaryFolder } from "../../support/servers/process.js";
import { weaviateOnPath } from "../../support/servers/weaviate.js";
import { startStand, type Stand } from "./stand.js";

interface Found {
  readonly memories: readonly { readonly content: string }[];
  readonly source: string;
}

describe("reference service with a real Weaviate", function () {
  this.timeout(120_000);
  const stops: (() => void | Promise<void>)[] = [];
  let stand: Stand;
  let service: AgentService;

  before(async function () {
    // Weaviate is built from source where the cache has none.
    this.timeout(900_000);
    const folder = await temporaryFolder("service-vector");
    await weaviateOnPath(folder);
    stand = await startStand(this);
    stops.push(stand.stop);
    const key = "vector-key";
    const auth = { AUTHENTICATION_APIKEY_ENABLED: "true", AUTHENTICATION_APIKEY_ALLOWED_KEYS: key };
    const env = { ...auth, AUTHENTICATION_APIKEY_USERS: "agent", AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: "false" };
    const source = { backend: "s3", apiKey: key } as const;
    const weaviate = await startWeaviate(["vector-0"], { at: join(folder, "data"), env, source });
    stops.push(weaviate.stop);
    const { hostname, port } = new URL(weaviate.source.url);
    const without = await AgentService.start(stand.folder, stand.env);
    await without.until("/ready", 200);
    await without.send("/v1/memories", { agentId: "ada", content: "written while Weaviate was away" });
    await without.process.stop();
    service = await AgentService.start(stand.folder, {
      ...stand.env,
      VECTOR_HOST: hostname,
      VECTOR_PORT: port,
      VECTOR_API_KEY: key,
    });
    stops.push(() => service.process.stop());
    await service.until("/ready", 200);
    await poll(
      async () => (/dependency_up\{dependency="vector"\} 1/.test(await service.metrics()) ? true : undefined),
      {
        what: "Weaviate to answer the service",
        timeoutMs: 60_000,
      },
    );
  });

  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const search = async (query: string, agentId = "ada"): Promise<Found> =>
    (await (await service.send("/v1/memories/search", { agentId, query })).json()) as Found;

  it("finds the nearest memories of the agent that asks, and of no other", async () => {
    for (const content of ["the cat sleeps on the sofa", "interest rates rise again"]) {
      assert.equal((await service.send("/v1/memories", { agentId: "ada", content })).status, 201);
    }
    await service.send("/v1/memories", { agentId: "grace", content: "the cat of somebody else" });
    const found = await search("where does the cat sleep");
    assert.equal(found.source, "vector");
    assert.equal(found.memories[0]?.content, "the cat sleeps on the sofa");
    assert.ok(!found.memories.some(({ content }) => content.includes("somebody else")));
  });

  it("indexes what was written while Weaviate was away", async () => {
    await poll(
      async () => {
        const { memories, source } = await search("written while away");
        return source === "vector" && memories[0]?.content.startsWith("written while") === true ? true : undefined;
      },
      { what: "the memory to be indexed", timeoutMs: 60_000 },
    );
    assert.deepEqual(await stand.postgres.sql("SELECT count(*) FROM memories WHERE indexed_in = '{}'"), [["0"]]);
  });

  it("forgets what is deleted, in the database and in the index", async () => {
    const { id } = (await (await service.send("/v1/memories", { content: "short lived" })).json()) as { id: string };
    assert.equal((await service.ask(`/v1/memories/${id}`, { method: "DELETE" })).status, 204);
    assert.deepEqual((await search("short lived", "default")).memories, []);
  });
});
