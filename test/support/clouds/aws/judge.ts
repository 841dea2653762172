import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { skip } from "../../counts.js";
import { motoPython } from "../../servers/moto.js";

export interface AwsCall {
  readonly region: string;
  /** Name of the service in the models, such as `route53`. */
  readonly service: string;
  /** Name of the operation in the API, such as `CreateRole`. */
  readonly operation: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** False where the call is only held to the model, because it would undo something; default true. */
  readonly act?: boolean;
}

interface Judgement {
  readonly faults: readonly string[];
  /** Who judged: the API's own model, and the emulator where it knows the operation. */
  readonly by: readonly ("model" | "emulator")[];
  readonly response?: Readonly<Record<string, unknown>>;
}

interface Answer extends Judgement {
  readonly broken?: string;
}

/** AWS as far as it can be had without an account: the service models of its own SDK, and moto's state of one account. */
export class AwsJudge {
  private readonly waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  private stderr = "";

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.waiting.shift()?.resolve(JSON.parse(line) as Answer);
    });
    child.stderr.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    child.on("close", () => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error(`the judge ended: ${this.stderr}`));
    });
  }

  /** Starts it; skips the tests where its packages cannot be had. */
  static async start(context: Mocha.Context): Promise<AwsJudge> {
    const found = await motoPython();
    if (found.missing !== undefined) return skip(context, found.missing);
    const env = { PATH: process.env.PATH ?? "", AWS_DEFAULT_REGION: "us-east-1", AWS_EC2_METADATA_DISABLED: "true" };
    return new AwsJudge(spawn(found.path, [join(__dirname, "judge.py")], { env }));
  }

  async judge(call: AwsCall): Promise<Judgement> {
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify(call)}\n`);
    });
    if (answer.broken !== undefined) throw new Error(`${call.service} ${call.operation}: ${answer.broken}`);
    return answer;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.child.on("close", resolve));
    this.child.stdin.end();
    await closed;
  }
}
