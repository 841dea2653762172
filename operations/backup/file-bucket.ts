import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { poll } from "../../common/poll.js";
import type { Bucket, Expected, ObjectInfo, Versioned } from "./storage.js";

/** Longer than any single write of a small object takes: what is older was left by a process that was killed. */
const STALE_MS = 10_000;

function codeOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException).code;
}

const versionOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Objects as files below a folder, for drills and for stacks without a cloud; conditional writes hold on one machine. */
export class FileBucket implements Bucket {
  constructor(private readonly folder: string) {}

  private path(key: string): string {
    return join(this.folder, key);
  }

  async list(prefix: string): Promise<ObjectInfo[]> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const keys = entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map((entry) => join(entry.parentPath, entry.name).slice(join(this.folder, "/").length))
      .filter((key) => key.startsWith(prefix))
      .sort();
    return await Promise.all(
      keys.map(async (key) => {
        const { size, mtime } = await stat(this.path(key));
        return { key, bytes: size, modified: mtime };
      }),
    );
  }

  async read(key: string): Promise<Readable> {
    await stat(this.path(key));
    return createReadStream(this.path(key));
  }

  async put(key: string, text: string, expected: Expected): Promise<string | undefined> {
    if (typeof expected === "object") return await this.replace(key, text, expected.version);
    const partial = await this.partial(key, text);
    try {
      await (expected === "nothing" ? link(partial, this.path(key)) : rename(partial, this.path(key)));
      return versionOf(text);
    } catch (thrown) {
      if (expected === "nothing" && codeOf(thrown) === "EEXIST") return undefined;
      throw thrown;
    } finally {
      await rm(partial, { force: true });
    }
  }

  async readVersion(key: string): Promise<Versioned | undefined> {
    try {
      const text = await readFile(this.path(key), "utf8");
      const { mtime: modified } = await stat(this.path(key));
      return { text, version: versionOf(text), modified };
    } catch (thrown) {
      if (codeOf(thrown) === "ENOENT") return undefined;
      throw thrown;
    }
  }

  private async replace(key: string, text: string, version: string): Promise<string | undefined> {
    const lock = `${dirname(this.path(key))}/.${versionOf(key).slice(0, 16)}.lock`;
    await mkdir(dirname(lock), { recursive: true });
    await poll(async () => await this.tryLock(lock), { what: `the lock of ${key}`, intervalMs: 20, timeoutMs: 30_000 });
    try {
      if ((await this.readVersion(key))?.version !== version) return undefined;
      return await this.put(key, text, "anything");
    } finally {
      await rm(lock, { force: true });
    }
  }

  async upload(key: string, source: Readable): Promise<void> {
    const partial = await this.partial(key, "");
    try {
      await pipeline(source, createWriteStream(partial));
      await rename(partial, this.path(key));
    } finally {
      await rm(partial, { force: true });
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.path(key), { force: true });
  }

  isRefusal(thrown: unknown): boolean {
    return ["EACCES", "EPERM", "EROFS"].includes(codeOf(thrown) ?? "");
  }

  /** A whole file under a name that no listing shows, beside where it will be. */
  private async partial(key: string, text: string): Promise<string> {
    const folder = dirname(this.path(key));
    await mkdir(folder, { recursive: true });
    const partial = join(folder, `.${randomUUID()}.partial`);
    await writeFile(partial, text, { mode: 0o600 });
    return partial;
  }

  private async tryLock(lock: string): Promise<true | undefined> {
    try {
      await writeFile(lock, "", { flag: "wx" });
      return true;
    } catch (thrown) {
      if (codeOf(thrown) !== "EEXIST") throw thrown;
    }
    const { mtimeMs } = await stat(lock);
    if (Date.now() - mtimeMs > STALE_MS) await rm(lock, { force: true });
    return undefined;
  }
}
