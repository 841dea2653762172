import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";

export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  readonly modified: Date;
}

/** Where a store's backups are: a bucket and the path below which everything of theirs is. */
export interface RepositoryAddress {
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly path: string;
  /** URL of an S3-compatible server; AWS's own where left out. */
  readonly endpoint?: string;
}

/**
 * Address of `s3://bucket/path`.
 * @throws PlatformError exit code 2 for anything else.
 */
export function parseRepository(uri: string, endpoint?: string): RepositoryAddress {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(uri);
  if (match?.[1] === undefined) {
    throw new PlatformError("that is no place for backups", ExitCode.configuration, [
      { path: "--repository", received: uri, rule: "must be s3://bucket/path", fix: "s3://my-backups/us-east-1" },
    ]);
  }
  const path = (match[2] ?? "").replace(/^\/+|\/+$/g, "");
  return { bucket: match[1], path, ...(endpoint === undefined ? {} : { endpoint }) };
}

/** Objects below one path of a bucket. Everything streams: memory does not grow with the size of a backup. */
export class ObjectStorage {
  readonly uri: string;
  private readonly client: s3.S3Client;

  constructor(readonly address: RepositoryAddress) {
    this.uri = `s3://${address.bucket}${address.path === "" ? "" : `/${address.path}`}`;
    this.client = new s3.S3Client({
      region: process.env.AWS_REGION ?? "us-east-1",
      ...(address.endpoint === undefined ? {} : { endpoint: address.endpoint, forcePathStyle: true }),
      // S3-compatible servers do not all know the newer checksums; S3 asks for them where a bucket is locked.
      requestChecksumCalculation: "WHEN_SUPPORTED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }

  private full(key: string): string {
    return this.address.path === "" ? key : `${this.address.path}/${key}`;
  }

  /** Everything whose key starts with `prefix`, in the order of the keys. */
  async list(prefix: string): Promise<ObjectInfo[]> {
    return await this.told(`list ${this.uri}/${prefix}`, async () => {
      const found: ObjectInfo[] = [];
      const cut = this.full("").length;
      const pages = s3.paginateListObjectsV2(
        { client: this.client },
        { Bucket: this.address.bucket, Prefix: this.full(prefix) },
      );
      for await (const page of pages) {
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
          if (Key !== undefined)
            found.push({ key: Key.slice(cut), bytes: Size ?? 0, modified: LastModified ?? new Date(0) });
        }
      }
      return found;
    });
  }

  async read(key: string): Promise<Readable> {
    return await this.told(`read ${this.uri}/${key}`, async () => {
      const answer = await this.client.send(
        new s3.GetObjectCommand({ Bucket: this.address.bucket, Key: this.full(key) }),
      );
      if (!(answer.Body instanceof Readable)) throw new Error("the answer has no body");
      return answer.Body;
    });
  }

  async readText(key: string): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.read(key)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }

  /** Whether the object was written; with `onlyNew`, false where one is there already. */
  async writeText(key: string, text: string, onlyNew = false): Promise<boolean> {
    return await this.told(`write ${this.uri}/${key}`, async () => {
      try {
        await this.client.send(
          new s3.PutObjectCommand({
            Bucket: this.address.bucket,
            Key: this.full(key),
            Body: text,
            ...(onlyNew ? { IfNoneMatch: "*" } : {}),
          }),
        );
        return true;
      } catch (thrown) {
        if (onlyNew && thrown instanceof s3.S3ServiceException && thrown.$metadata.httpStatusCode === 412) return false;
        throw thrown;
      }
    });
  }

  /** Uploads a stream in parts and tells its size and checksum; a stream that breaks leaves no object. */
  async upload(key: string, source: Readable): Promise<{ readonly bytes: number; readonly sha256: string }> {
    return await this.told(`upload ${this.uri}/${key}`, async () => {
      const hash = createHash("sha256");
      let bytes = 0;
      const counted = async function* (): AsyncGenerator<Buffer> {
        for await (const chunk of source as AsyncIterable<Buffer>) {
          hash.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      };
      const params = { Bucket: this.address.bucket, Key: this.full(key), Body: Readable.from(counted()) };
      await new Upload({ client: this.client, params, queueSize: 2 }).done();
      return { bytes, sha256: hash.digest("hex") };
    });
  }

  async remove(key: string): Promise<void> {
    await this.told(`delete ${this.uri}/${key}`, async () => {
      await this.client.send(new s3.DeleteObjectCommand({ Bucket: this.address.bucket, Key: this.full(key) }));
    });
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

  /** Names what was being done, and gives each of the server's refusals its own exit code and fix. */
  private async told<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof PlatformError) throw thrown;
      const name = thrown instanceof Error ? thrown.name : "";
      const message = `cannot ${doing}: ${messageOf(thrown) || name}`;
      if (/^(AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|CredentialsProviderError|Forbidden)/.test(name)) {
        throw new PlatformError(message, ExitCode.authentication);
      }
      throw new PlatformError(message, ExitCode.resource);
    }
  }
}
