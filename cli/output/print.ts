import { once } from "node:events";
import { fstatSync, writeSync } from "node:fs";
import { wantsColor } from "./color.js";

/**
 * Writes to standard output, past `process.stdout`: what that loads takes longer than judging a file does. A reader that
 * has seen enough, such as `head`, is no error.
 */
export async function print(text: string): Promise<void> {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === "EPIPE") return;
    if (code !== "EAGAIN") throw thrown;
    if (!process.stdout.write(rest)) await once(process.stdout, "drain");
  }
}

/** Whether to colour what `print` writes. Only a device can be a terminal. */
export function printsColor(): boolean {
  return wantsColor(fstatSync(1).isCharacterDevice() ? process.stdout : {});
}
