import { once } from "node:events";
import { fstatSync, writeSync } from "node:fs";
import { wantsColor } from "./color.js";

/** Set once the descriptor would not take more at once: what follows must queue behind what the stream holds back. */
let streaming = false;

/**
 * Writes to standard output, past `process.stdout`: what that loads takes longer than judging a file does. A reader that
 * has seen enough, such as `head`, is no error.
 */
export async function print(text: string): Promise<void> {
  const rest = streaming ? Buffer.from(text) : writeNow(Buffer.from(text));
  if (rest.length > 0 && !process.stdout.write(rest)) await once(process.stdout, "drain");
}

/** Writes as much as the descriptor takes. @returns the rest. */
function writeNow(bytes: Buffer): Buffer {
  let rest = bytes;
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === "EPIPE") return Buffer.alloc(0);
    if (code !== "EAGAIN") throw thrown;
    streaming = true;
    process.stdout.on("error", ignoreClosed);
  }
  return rest;
}

function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/** Whether to colour what `print` writes. Only a device can be a terminal. */
export function printsColor(): boolean {
  return wantsColor(fstatSync(1).isCharacterDevice() ? process.stdout : {});
}
