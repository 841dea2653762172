import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import { FileBucket } from "./file-bucket.js";
import { GcsBucket } from "./gcs-bucket.js";
import { S3Bucket } from "./s3-bucket.js";

export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  readonly modified: Date;
}

export interface Versioned {
  readonly text: string;
  readonly version: string;
  /** When it was written, by the bucket's own clock, where the bucket tells. */
  readonly modified?: Date;
}

/** What must be there for a write to happen: anything, nothing, or exactly one version. */
export type Expected = "anything" | "nothing" | { readonly version: string };

/** What a backup needs of a bucket, whatever cloud it is in. */
export interface Bucket {
  /** Everything whose key starts with `prefix`, in the order of the keys. */
  list(prefix: string): Promise<ObjectInfo[]>;
  read(key: string): Promise<Readable>;
  /** A small object with the version that `put` can ask for; nothing where there is none. */
  readVersion(key: string): Promise<Versioned | undefined>;
  /** Version of what was written; nothing was, and none is returned, where `expected` is not what is there. */
  put(key: string, text: string, expected: Expected): Promise<string | undefined>;
  /** Uploads in parts; a stream that breaks leaves no object. */
  upload(key: string, source: Readable): Promise<void>;
  remove(key: string): Promise<void>;
  /** Whether an error says who may, rather than what is. */
  isRefusal(thrown: unknown): boolean;
}

/** Where a store's backups are: a bucket and the path below which everything of theirs is. */
export interface RepositoryAddress {
  /** `file`: a folder of this machine, for what no cloud holds. */
  readonly scheme: "s3" | "gs" | "file";
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly path: string;
  /** URL of a server other than the cloud's own. */
  readonly endpoint?: string;
}

/**
 * Address of `s3://bucket/path` or `gs://bucket/path`; `flag` is what the user named it by.
 * @throws PlatformError exit code 2 for anything else.
 */
export function parseRepository(uri: string, endpoint?: string, flag = "--repository"): RepositoryAddress {
  const match = /^(s3|gs):\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(uri);
  const [, scheme, bucket, rest = ""] = match ?? [];
  if (scheme === undefined || bucket === undefined) {
    throw new PlatformError("that is no place for backups", ExitCode.configuration, [
      {
        path: flag,
        received: uri,
        rule: "must be s3://bucket/path or gs://bucket/path, the bucket of 3 to 63 small letters, digits, dots and dashes",
        fix: "s3://my-backups/us-east-1",
      },
    ]);
  }
  const path = rest.replace(/^\/+|\/+$/g, "");
  return { scheme: scheme === "gs" ? "gs" : "s3", bucket, path, ...(endpoint === undefined ? {} : { endpoint }) };
}

function openBucket({ scheme, bucket, endpoint }: RepositoryAddress): Bucket {
  switch (scheme) {
    case "s3":
      return new S3Bucket(bucket, endpoint);
    case "gs":
      return new GcsBucket(bucket, endpoint);
    case "file":
      return new FileBucket(bucket);
  }
}

/** Objects below one path of a bucket. Everything streams: memory does not grow with the size of a backup. */
export class ObjectStorage {
  readonly uri: string;
  private readonly bucket: Bucket;

  constructor(readonly address: RepositoryAddress) {
    const { scheme, bucket, path } = address;
    this.uri = `${scheme}://${bucket}${path === "" ? "" : `/${path}`}`;
    this.bucket = openBucket(address);
  }

  private full(key: string): string {
    return this.address.path === "" ? key : `${this.address.path}/${key}`;
  }

  /** Everything whose key starts with `prefix`, in the order of the keys; keys are below the path. */
  async list(prefix: string): Promise<ObjectInfo[]> {
    const cut = this.full("").length;
    const found = await this.told("list", prefix, async () => await this.bucket.list(this.full(prefix)));
    return found.map((object) => ({ ...object, key: object.key.slice(cut) }));
  }

  async read(key: string): Promise<Readable> {
    return await this.told("read", key, async () => await this.bucket.read(this.full(key)));
  }

  async readText(key: string): Promise<string> {
    return await textOf(await this.read(key));
  }

  /** Whether the object was written; with `onlyNew`, false where one is there already. */
  async writeText(key: string, text: string, onlyNew = false): Promise<boolean> {
    const expected = onlyNew ? "nothing" : "anything";
    return (await this.told("write", key, () => this.bucket.put(this.full(key), text, expected))) !== undefined;
  }

  async readVersion(key: string): Promise<Versioned | undefined> {
    return await this.told("read", key, async () => await this.bucket.readVersion(this.full(key)));
  }

  /** Replaces exactly the expected version (a new object where there is none); the new version, or nothing if another. */
  async swap(key: string, text: string, version: string | undefined): Promise<string | undefined> {
    const expected = version === undefined ? "nothing" : { version };
    return await this.told("write", key, async () => await this.bucket.put(this.full(key), text, expected));
  }

  /** Uploads a stream in parts and tells its size and checksum; a stream that breaks leaves no object. */
  async upload(key: string, source: Readable): Promise<{ readonly bytes: number; readonly sha256: string }> {
    const hash = createHash("sha256");
    let bytes = 0;
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    };
    await this.told("upload", key, async () => await this.bucket.upload(this.full(key), Readable.from(counted())));
    return { bytes, sha256: hash.digest("hex") };
  }

  async remove(key: string): Promise<void> {
    await this.told("delete", key, async () => await this.bucket.remove(this.full(key)));
  }

  /** Size and SHA-256 of what is stored, read back. */
  async checksum(key: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of await this.read(key)) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    return { bytes, sha256: hash.digest("hex") };
  }

  /** Names what was being done, and gives a refusal its own exit code. */
  private async told<T>(doing: string, key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof PlatformError) throw thrown;
      const reason = messageOf(thrown) || (thrown instanceof Error ? thrown.name : "");
      const code = this.bucket.isRefusal(thrown) ? ExitCode.authentication : ExitCode.resource;
      throw new PlatformError(`cannot ${doing} ${this.uri}/${key}: ${reason}`, code);
    }
  }
}
