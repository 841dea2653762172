import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, messageOf, PlatformError } from "../../../common/errors.js";

/** How a Weaviate is reached. */
export interface WeaviateSource {
  /** `http://host:port`. */
  readonly url: string;
  readonly apiKey?: string;
  /** Its backup module. Default `s3`. */
  readonly backend?: "s3" | "gcs";
  /** Milliseconds for which the state of a backup may be unknown before it counts as failed. Default two minutes. */
  readonly patienceMs?: number;
}

interface BackupStatus {
  readonly status: string;
  readonly error?: string;
}

const PATIENCE_MS = 120_000;
/** For one answer about a backup's state, which Weaviate may have to read from the bucket. */
const STATUS_MS = 60_000;

const isRefusal = (thrown: unknown): boolean =>
  thrown instanceof PlatformError && thrown.exitCode === ExitCode.authentication;

/** Objects of each class that are compared one by one. */
const SAMPLE_SIZE = 20;

interface WeaviateObject {
  readonly id: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly vector?: readonly number[];
  readonly vectors?: Readonly<Record<string, unknown>>;
}

function digestOf({ id, properties = {}, vector, vectors }: WeaviateObject): string {
  const sorted = (record: Readonly<Record<string, unknown>>): unknown => Object.entries(record).sort();
  const content = JSON.stringify([id, sorted(properties), vector ?? [], sorted(vectors ?? {})]);
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

/** The few calls of Weaviate's REST and GraphQL interfaces that a backup needs. */
export class Weaviate {
  readonly backend: string;

  constructor(private readonly source: WeaviateSource) {
    this.backend = source.backend ?? "s3";
  }

  private async call(
    method: "GET" | "POST",
    path: string,
    { body, signal }: { readonly body?: unknown; readonly signal?: AbortSignal } = {},
  ): Promise<unknown> {
    const { url, apiKey } = this.source;
    const headers = {
      "content-type": "application/json",
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    };
    const answer = await fetch(new URL(path, url), {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((thrown: unknown) => {
      throw new PlatformError(`Weaviate at ${url} does not answer: ${messageOf(thrown)}`, ExitCode.resource);
    });
    const text = await answer.text();
    if (answer.ok) return text === "" ? undefined : (JSON.parse(text) as unknown);
    const code = answer.status === 401 || answer.status === 403 ? ExitCode.authentication : ExitCode.resource;
    throw new PlatformError(`Weaviate refuses ${method} ${path} (${answer.status}): ${text.slice(0, 300)}`, code);
  }

  /** Names of the classes, sorted. */
  async classes(): Promise<string[]> {
    const schema = (await this.call("GET", "/v1/schema")) as { classes?: { class: string }[] };
    return (schema.classes ?? []).map((entry) => entry.class).sort();
  }

  /** Number of objects of each class. */
  async counts(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const name of await this.classes()) {
      const query = `{ Aggregate { ${name} { meta { count } } } }`;
      const answer = (await this.call("POST", "/v1/graphql", { body: { query } })) as {
        data?: { Aggregate?: Record<string, { meta: { count: number } }[]> };
      };
      counts[name] = answer.data?.Aggregate?.[name]?.[0]?.meta.count ?? 0;
    }
    return counts;
  }

  /** Digests of some objects of a class by id, to compare after a restore. */
  async sample(name: string): Promise<Record<string, string>> {
    const path = `/v1/objects?class=${name}&limit=${SAMPLE_SIZE}&include=vector`;
    const answer = (await this.call("GET", path)) as { objects?: WeaviateObject[] };
    return Object.fromEntries((answer.objects ?? []).map((object) => [object.id, digestOf(object)]));
  }

  /** The same digest of one object. */
  async digest(name: string, id: string): Promise<string> {
    return digestOf((await this.call("GET", `/v1/objects/${name}/${id}?include=vector`)) as WeaviateObject);
  }

  /** Number of instances that are ready and agree on a leader, without whom no schema can change. */
  async members(): Promise<number> {
    const answer = (await this.call("GET", "/v1/cluster/statistics")) as {
      statistics?: { ready?: boolean; leaderId?: string }[];
    };
    return (answer.statistics ?? []).filter(({ ready, leaderId = "" }) => ready === true && leaderId !== "").length;
  }

  /** Starts a backup and waits for its end. */
  async backup(id: string): Promise<void> {
    await this.call("POST", `/v1/backups/${this.backend}`, { body: { id } });
    await this.finish(`/v1/backups/${this.backend}/${id}`, `backup ${id}`);
  }

  /** Restores all classes of a backup into a Weaviate that has none of them. */
  async restore(id: string): Promise<void> {
    await this.call("POST", `/v1/backups/${this.backend}/${id}/restore`, { body: {} });
    await this.finish(`/v1/backups/${this.backend}/${id}/restore`, `restore of ${id}`);
  }

  /**
   * Waits for the end, however long it takes; but not for one that nobody can tell: Weaviate keeps a backup's state in
   * the bucket, so that a network which is cut for good also cuts off the word that the upload has failed.
   */
  private async finish(path: string, what: string): Promise<void> {
    const { patienceMs = PATIENCE_MS } = this.source;
    let known = performance.now();
    for (;;) {
      const status = await this.status(path).catch((thrown: unknown) => {
        if (performance.now() - known < patienceMs && !isRefusal(thrown)) return undefined;
        throw new PlatformError(
          `Weaviate's ${what}: its state has been unknown for ${Math.round((performance.now() - known) / 1000)} s: ${messageOf(thrown)}`,
          thrown instanceof PlatformError ? thrown.exitCode : ExitCode.resource,
        );
      });
      if (status !== undefined) known = performance.now();
      if (status?.status === "SUCCESS") return;
      if (status?.status === "FAILED" || status?.status === "CANCELED") {
        throw new PlatformError(`Weaviate's ${what} failed: ${status.error ?? status.status}`, ExitCode.resource);
      }
      await sleep(500);
    }
  }

  private async status(path: string): Promise<BackupStatus> {
    return (await this.call("GET", path, { signal: AbortSignal.timeout(STATUS_MS) })) as BackupStatus;
  }
}
