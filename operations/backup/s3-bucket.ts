import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { Bucket, Expected, ObjectInfo, Versioned } from "./storage.js";

/** A bucket on S3, or on a server that speaks its protocol. */
export class S3Bucket implements Bucket {
  private readonly client: s3.S3Client;

  constructor(
    private readonly name: string,
    endpoint?: string,
  ) {
    this.client = new s3.S3Client({
      region: process.env.AWS_REGION ?? "us-east-1",
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      // A control bucket lies in no region of the stack: S3 says where.
      followRegionRedirects: true,
      // A locked bucket takes no object without a checksum; not every S3-compatible server answers with one.
      requestChecksumCalculation: "WHEN_SUPPORTED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }

  async list(prefix: string): Promise<ObjectInfo[]> {
    const found: ObjectInfo[] = [];
    const pages = s3.paginateListObjectsV2({ client: this.client }, { Bucket: this.name, Prefix: prefix });
    for await (const page of pages) {
      for (const { Key: key, Size: bytes = 0, LastModified: modified = new Date(0) } of page.Contents ?? []) {
        if (key !== undefined) found.push({ key, bytes, modified });
      }
    }
    return found;
  }

  async read(key: string): Promise<Readable> {
    const answer = await this.client.send(new s3.GetObjectCommand({ Bucket: this.name, Key: key }));
    if (!(answer.Body instanceof Readable)) throw new Error("the answer has no body");
    return answer.Body;
  }

  async readVersion(key: string): Promise<Versioned | undefined> {
    try {
      const found = await this.client.send(new s3.GetObjectCommand({ Bucket: this.name, Key: key }));
      const { Body, ETag: version, LastModified: modified } = found;
      if (Body === undefined || version === undefined) throw new Error("the answer has no body or no version");
      return { text: await Body.transformToString(), version, ...(modified === undefined ? {} : { modified }) };
    } catch (thrown) {
      if (thrown instanceof s3.NoSuchKey) return undefined;
      throw thrown;
    }
  }

  async put(key: string, text: string, expected: Expected): Promise<string | undefined> {
    const input: s3.PutObjectCommandInput = { Bucket: this.name, Key: key, Body: text };
    if (expected === "nothing") input.IfNoneMatch = "*";
    else if (expected !== "anything") input.IfMatch = expected.version;
    try {
      return (await this.client.send(new s3.PutObjectCommand(input))).ETag ?? "";
    } catch (thrown) {
      // 409: somebody else is writing this very moment. 404: what should be replaced is gone.
      const status = thrown instanceof s3.S3ServiceException ? (thrown.$metadata.httpStatusCode ?? 0) : 0;
      const conflict = status === 412 || status === 409 || (status === 404 && thrown instanceof s3.NoSuchKey);
      if (expected !== "anything" && conflict) return undefined;
      throw thrown;
    }
  }

  async upload(key: string, source: Readable): Promise<void> {
    const params = { Bucket: this.name, Key: key, Body: source };
    await new Upload({ client: this.client, params, queueSize: 2 }).done();
  }

  async remove(key: string): Promise<void> {
    await this.client.send(new s3.DeleteObjectCommand({ Bucket: this.name, Key: key }));
  }

  isRefusal(thrown: unknown): boolean {
    const name = thrown instanceof Error ? thrown.name : "";
    // KMS.…: the bucket's key is disabled, about to be deleted, or not there.
    return /^(KMS\.|AccessDenied|InvalidAccessKeyId|XAdminUserNotFound|SignatureDoesNotMatch|CredentialsProviderError|Forbidden)/.test(
      name,
    );
  }
}
