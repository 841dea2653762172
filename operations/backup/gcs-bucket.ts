import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ApiError, Storage, type Bucket as CloudBucket } from "@google-cloud/storage";
import type { Bucket, Expected, ObjectInfo, Versioned } from "./storage.js";

/**
 * The client passes each answer through three pipelines, which leave 12 listeners on it however much is read: more than
 * the 10 at which Node takes a stream for one that leaks.
 */
const LISTENERS_OF_A_DOWNLOAD = 20;

/** A bucket on Cloud Storage; credentials are Google's usual ones, workload identity federation included. */
export class GcsBucket implements Bucket {
  private readonly bucket: CloudBucket;

  constructor(name: string, endpoint?: string) {
    const client = new Storage(endpoint === undefined ? {} : { apiEndpoint: endpoint, projectId: "test" });
    this.bucket = client.bucket(name);
  }

  async list(prefix: string): Promise<ObjectInfo[]> {
    const [files] = await this.bucket.getFiles({ prefix });
    return files.map(({ name, metadata }) => ({
      key: name,
      bytes: Number(metadata.size ?? 0),
      modified: new Date(metadata.updated ?? 0),
    }));
  }

  async read(key: string): Promise<Readable> {
    const file = this.bucket.file(key);
    // A stream tells of a missing object only once it is read: asking first gives the error its place.
    await file.getMetadata();
    // Checksums are compared by the caller, against those of the backup's record.
    const stream = file.createReadStream({ validation: false });
    stream.once("response", (response: Readable) => response.setMaxListeners(LISTENERS_OF_A_DOWNLOAD));
    return stream;
  }

  async readVersion(key: string): Promise<Versioned | undefined> {
    const file = this.bucket.file(key);
    try {
      const [{ generation, updated }] = await file.getMetadata();
      const [content] = await file.download();
      const modified = updated === undefined ? {} : { modified: new Date(updated) };
      return { text: content.toString(), version: String(generation), ...modified };
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.code === 404 && (await this.exists())) return undefined;
      throw thrown;
    }
  }

  /** Whether the bucket is there: a missing one answers as a missing object does. */
  private async exists(): Promise<boolean> {
    await this.bucket.getFiles({ maxResults: 1, autoPaginate: false });
    return true;
  }

  async put(key: string, text: string, expected: Expected): Promise<string | undefined> {
    const generation = expected === "nothing" ? 0 : expected === "anything" ? undefined : expected.version;
    const condition = generation === undefined ? {} : { preconditionOpts: { ifGenerationMatch: generation } };
    const file = this.bucket.file(key);
    try {
      // Small objects are state: a cache that answers with an old one would be believed (the switch, a lease).
      const metadata = { cacheControl: "no-store" };
      await file.save(text, { resumable: false, validation: false, metadata, ...condition });
      return String(file.metadata.generation);
    } catch (thrown) {
      if (expected !== "anything" && thrown instanceof ApiError && thrown.code === 412) return undefined;
      throw thrown;
    }
  }

  async upload(key: string, source: Readable): Promise<void> {
    await pipeline(source, this.bucket.file(key).createWriteStream({ resumable: true, validation: false }));
  }

  async remove(key: string): Promise<void> {
    await this.bucket.file(key).delete({ ignoreNotFound: true });
  }

  isRefusal(thrown: unknown): boolean {
    return (
      (thrown instanceof ApiError && (thrown.code === 401 || thrown.code === 403)) ||
      (thrown instanceof Error && thrown.message.includes("Could not load the default credentials"))
    );
  }
}
