import { randomUUID } from "node:crypto";
import type { Dependencies } from "./dependencies.js";
import { readOnly, RequestError } from "./errors.js";
import type { Logger } from "./log.js";
import type { Memory, SearchRequest, WriteRequest } from "./memory.js";
import type { Postgres } from "./stores/postgres.js";
import type { RedisCache } from "./stores/redis.js";
import type { Weaviate } from "./stores/weaviate.js";

export interface MemoryParts {
  readonly postgres: Postgres;
  readonly redis: RedisCache;
  readonly vector: Weaviate;
  readonly dependencies: Dependencies;
  readonly log: Logger;
}

export interface Found {
  readonly memories: readonly Memory[];
  /** Whether vectors or words found them; words do where the vector database does not answer. */
  readonly source: "vector" | "text";
}

/** Write, read, search and delete: PostgreSQL decides, Redis and Weaviate follow. */
export class Memories {
  constructor(private readonly parts: MemoryParts) {}

  private refuseWhereReadOnly(): void {
    const { dependencies } = this.parts;
    if (dependencies.current.postgres.up && !dependencies.writable) throw readOnly();
  }

  /** Acknowledged once it is committed. What cannot be indexed now is indexed later, by {@link Housekeeping}. */
  async write(request: WriteRequest): Promise<{ readonly memory: Memory; readonly created: boolean }> {
    this.refuseWhereReadOnly();
    const written = await this.parts.postgres.insert({ ...request, id: request.id ?? randomUUID() });
    await this.parts.redis.put(written.memory);
    if (written.created) await this.indexNow(written.memory);
    return written;
  }

  private async indexNow(memory: Memory): Promise<void> {
    const { postgres, vector, dependencies, log } = this.parts;
    if (!dependencies.current.vector.up) return;
    try {
      await postgres.markIndexed(await vector.index([memory]));
    } catch (thrown) {
      log.warn({ err: thrown, id: memory.id }, "not indexed now");
    }
  }

  async read(id: string): Promise<Memory> {
    const cached = await this.parts.redis.get(id);
    if (cached) return cached;
    const [memory] = cached === null ? [] : await this.parts.postgres.byIds([id]);
    if (memory === undefined) throw new RequestError("not-found", `there is no memory ${id}`);
    await this.parts.redis.fill(memory);
    return memory;
  }

  async search(request: SearchRequest): Promise<Found> {
    const { postgres, vector, dependencies, log } = this.parts;
    // A standby's index lacks what the primary wrote: it is built when the region becomes the primary.
    if (dependencies.current.vector.up && dependencies.writable) {
      try {
        return { memories: await this.inOrder(await vector.nearest(request)), source: "vector" };
      } catch (thrown) {
        if (thrown instanceof RequestError) throw thrown;
        log.warn({ err: thrown }, "search goes by words");
      }
    }
    return { memories: await postgres.searchText(request), source: "text" };
  }

  /** The memories of these ids, in this order. An id that the database does not know was deleted: the index forgets it. */
  private async inOrder(ids: readonly string[]): Promise<Memory[]> {
    const { postgres, vector } = this.parts;
    const known = new Map((await postgres.byIds(ids)).map((memory) => [memory.id, memory]));
    for (const id of ids.filter((each) => !known.has(each))) await vector.delete(id);
    return ids.flatMap((id) => known.get(id) ?? []);
  }

  async delete(id: string): Promise<void> {
    this.refuseWhereReadOnly();
    const { postgres, redis, vector, dependencies, log } = this.parts;
    const existed = await postgres.delete(id);
    await redis.remove(id);
    if (dependencies.current.vector.up) {
      await vector.delete(id).catch((thrown: unknown) => log.warn({ err: thrown, id }, "left in the index for now"));
    }
    if (!existed) throw new RequestError("not-found", `there is no memory ${id}`);
  }
}
