import { embed } from "../embedding.js";
import type { Memory, SearchRequest } from "../memory.js";
import type { Settings } from "../settings.js";
import { traceStore } from "../tracing.js";

const CLASS = "Memory";
const TIMEOUT_MS = 2000;

interface Found {
  readonly data?: { readonly Get?: Readonly<Record<string, { readonly _additional: { readonly id: string } }[]>> };
  readonly errors?: readonly { readonly message: string }[];
}

interface BatchResult {
  readonly id: string;
  readonly result?: { readonly errors?: { readonly error?: readonly { readonly message: string }[] } };
}

/** Vectors and ids in Weaviate; what belongs to an id is read from PostgreSQL. */
export class Weaviate {
  private readonly base: string;
  private readonly headers: Record<string, string>;
  private prepared = false;

  constructor(settings: Settings) {
    this.base = `http://${settings.VECTOR_HOST}:${settings.VECTOR_PORT}/v1`;
    this.headers = {
      "content-type": "application/json",
      ...(settings.VECTOR_API_KEY === "" ? {} : { authorization: `Bearer ${settings.VECTOR_API_KEY}` }),
    };
  }

  private async call(method: string, path: string, body?: object): Promise<Response> {
    return await traceStore("weaviate", `${method} ${path.split("/")[1] ?? ""}`, async () => {
      const response = await fetch(`${this.base}${path}`, {
        method,
        headers: this.headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (response.status >= 500 || response.status === 401 || response.status === 403) {
        await response.arrayBuffer();
        throw new Error(`Weaviate answered ${response.status} to ${method} ${path}`);
      }
      return response;
    });
  }

  /** Whether it answers; creates the class when it first does. */
  async check(): Promise<void> {
    const ready = await this.call("GET", "/.well-known/ready");
    await ready.arrayBuffer();
    if (this.prepared) return;
    const text = (name: string) => ({ name, dataType: ["text"], tokenization: "field" });
    const made = await this.call("POST", "/schema", {
      class: CLASS,
      vectorizer: "none",
      properties: [text("agentId")],
    });
    const answer = await made.text();
    if (!made.ok && !answer.includes("already exists")) throw new Error(`Weaviate refused the class: ${answer}`);
    this.prepared = true;
  }

  /** Adds or replaces memories; answers the ids that were taken. */
  async index(memories: readonly Pick<Memory, "id" | "agentId" | "content">[]): Promise<string[]> {
    const objects = memories.map(({ id, agentId, content }) => ({
      class: CLASS,
      id,
      properties: { agentId },
      vector: embed(content),
    }));
    const response = await this.call("POST", "/batch/objects", { objects });
    if (!response.ok) throw new Error(`Weaviate refused a batch: ${await response.text()}`);
    const results = (await response.json()) as BatchResult[];
    return results.filter(({ result }) => result?.errors === undefined).map(({ id }) => id);
  }

  /** Ids of the nearest memories of an agent, the nearest first. */
  async nearest({ agentId, query, limit }: SearchRequest): Promise<string[]> {
    const where = `{path: ["agentId"], operator: Equal, valueText: ${JSON.stringify(agentId)}}`;
    const near = `{vector: [${embed(query).join(",")}]}`;
    const graph = `{Get {${CLASS}(nearVector: ${near}, where: ${where}, limit: ${limit}) {_additional {id}}}}`;
    const response = await this.call("POST", "/graphql", { query: graph });
    const { data, errors } = (await response.json()) as Found;
    if (errors !== undefined) throw new Error(`Weaviate refused a search: ${errors[0]?.message ?? ""}`);
    return (data?.Get?.[CLASS] ?? []).map(({ _additional }) => _additional.id);
  }

  async delete(id: string): Promise<void> {
    await (await this.call("DELETE", `/objects/${CLASS}/${id}`)).arrayBuffer();
  }
}
