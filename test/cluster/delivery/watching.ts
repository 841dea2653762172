import { spawn } from "node:child_process";
import { join } from "node:path";
import { poll } from "../../../common/poll.js";

const ROOT = join(__dirname, "..", "..", "..");

/** `rollout watch` while it runs. */
export class Watching {
  stdout = "";
  readonly ended: Promise<number | null>;

  private constructor(program: string, args: readonly string[]) {
    const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.on("data", (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.ended = new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  }

  private static line(args: readonly string[]): string[] {
    return ["--import", "tsx", "cli/main.ts", "rollout", "watch", ...args];
  }

  static inPipe(args: readonly string[]): Watching {
    return new Watching(process.execPath, Watching.line(args));
  }

  /** With a pseudo-terminal as its standard output. */
  static onTerminal(args: readonly string[]): Watching {
    const command = [process.execPath, ...Watching.line(args)].join(" ");
    return new Watching("script", ["--quiet", "--return", "--command", command, "/dev/null"]);
  }

  /** Waits until it has shown both regions in their first stage. */
  async untilShown(): Promise<void> {
    await poll(() => (this.stdout.split("canary-5").length > 2 ? true : undefined), {
      what: `both regions to be shown (so far ${this.stdout})`,
      timeoutMs: 60_000,
    });
  }
}
