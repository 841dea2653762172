import { open, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import type { StoredObject } from "../../../operations/backup/job.js";

/** One byte of one stored object. */
export interface Place {
  readonly key: string;
  readonly at: number;
}

/** Bytes drawn from all bytes of the objects, each as likely as any other; the same ones in every run. */
export function drawPlaces(objects: readonly StoredObject[], count: number, seed = 20261124): Place[] {
  const total = objects.reduce((sum, { bytes }) => sum + bytes, 0);
  return fc.sample(fc.nat(total - 1), { seed, numRuns: count }).map((drawn) => {
    let at = drawn;
    for (const { key, bytes } of objects) {
      if (at < bytes) return { key, at };
      at -= bytes;
    }
    throw new Error("a place beyond the last object");
  });
}

/** Damages the files in which the S3 server keeps its objects, one fault at a time, and puts each right again. */
export class Damage {
  /** `folder` is where the objects' keys start. */
  constructor(private readonly folder: string) {}

  private file(key: string): string {
    return join(this.folder, key);
  }

  async flip<T>({ key, at }: Place, work: () => Promise<T>): Promise<T> {
    const turn = async (): Promise<void> => {
      const handle = await open(this.file(key), "r+");
      const byte = Buffer.alloc(1);
      await handle.read(byte, 0, 1, at);
      byte[0] = (byte[0] ?? 0) ^ 0xff;
      await handle.write(byte, 0, 1, at);
      await handle.close();
    };
    await turn();
    try {
      return await work();
    } finally {
      await turn();
    }
  }

  async truncate<T>(key: string, length: number, work: () => Promise<T>): Promise<T> {
    const content = await readFile(this.file(key));
    await truncate(this.file(key), length);
    try {
      return await work();
    } finally {
      await writeFile(this.file(key), content);
    }
  }

  async remove<T>(key: string, work: () => Promise<T>): Promise<T> {
    const content = await readFile(this.file(key));
    await rm(this.file(key));
    try {
      return await work();
    } finally {
      await writeFile(this.file(key), content);
    }
  }

  /** Each object in the other's place. */
  async swap<T>(one: string, other: string, work: () => Promise<T>): Promise<T> {
    const exchange = async (): Promise<void> => {
      const aside = `${this.file(one)}.aside`;
      await rename(this.file(one), aside);
      await rename(this.file(other), this.file(one));
      await rename(aside, this.file(other));
    };
    await exchange();
    try {
      return await work();
    } finally {
      await exchange();
    }
  }
}
