import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { buffer } from "node:stream/consumers";
import { checking } from "../integrity.js";
import type { StoredObject } from "../job.js";
import type { ObjectStorage } from "../storage.js";

const BUCKET = "backup";
/** Notes of a restore are small; whatever is larger does not belong here. */
const LARGEST_NOTE = 1 << 20;

/**
 * One backup as an S3 server on loopback, whichever cloud it is in: Weaviate restores a backup of several instances from
 * S3 alone, and writes notes of its own beside it. Objects come from the vault, checked on their way; notes stay here.
 */
export class BackupView {
  private readonly notes = new Map<string, Buffer>();
  private readonly objects: ReadonlyMap<string, StoredObject>;

  private constructor(
    private readonly storage: ObjectStorage,
    objects: readonly StoredObject[],
    private readonly server: Server,
  ) {
    this.objects = new Map(objects.map((object) => [object.key, object]));
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  static async open(storage: ObjectStorage, objects: readonly StoredObject[]): Promise<BackupView> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    return new BackupView(storage, objects, server);
  }

  /** What Weaviate's backup module needs to find it. */
  get environment(): Record<string, string> {
    return {
      ENABLE_MODULES: "backup-s3",
      BACKUP_S3_BUCKET: BUCKET,
      BACKUP_S3_PATH: "",
      BACKUP_S3_ENDPOINT: `127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      BACKUP_S3_USE_SSL: "false",
      AWS_REGION: "us-east-1",
      // The module signs; nobody checks, since nobody else reaches this port's one backup for longer than the restore.
      AWS_ACCESS_KEY_ID: "view",
      AWS_SECRET_ACCESS_KEY: "of-one-backup",
    };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://view").pathname);
    const key = path.startsWith(`/${BUCKET}/`) ? path.slice(BUCKET.length + 2) : "";
    switch (request.method) {
      case "PUT":
        await this.keep(key, request, response);
        return;
      case "DELETE":
        this.notes.delete(key);
        response.writeHead(204).end();
        return;
      default:
        await this.give(key, request, response);
    }
  }

  private async keep(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const note = /^STREAMING-/.test(String(request.headers["x-amz-content-sha256"])) ? unframe(body) : body;
    if (note.length > LARGEST_NOTE || this.objects.has(key)) {
      response.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>");
      return;
    }
    this.notes.set(key, note);
    response.writeHead(200, { etag: '"note"' }).end();
  }

  private async give(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const note = this.notes.get(key);
    const object = this.objects.get(key);
    const length = note?.length ?? object?.bytes;
    if (length === undefined) {
      response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
      return;
    }
    const modified = new Date(0).toUTCString();
    response.writeHead(200, { "content-length": length, etag: '"view"', "last-modified": modified });
    if (request.method === "HEAD" || note !== undefined || object === undefined) response.end(note);
    else await pipeline(await this.storage.read(key), checking(object), response);
  }
}

/** The content of an upload in signed chunks: `<hex length>;chunk-signature=…`, a line's end, the bytes, a line's end. */
function unframe(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const end = body.indexOf("\r\n", at);
    const length = parseInt(body.toString("latin1", at, end), 16);
    if (end < 0 || !(length > 0)) break;
    parts.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return Buffer.concat(parts);
}
