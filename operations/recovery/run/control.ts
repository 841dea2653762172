import { ExitCode, PlatformError } from "../../../common/errors.js";
import type { ObjectStorage } from "../../backup/storage.js";

/** What a contact answered to an approval. */
export interface Answer {
  readonly kind: "approved" | "rejected";
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
  /** What the contact saw, in their words; for a rejection, why. */
  readonly saw: string;
  readonly values?: Readonly<Record<string, string>>;
}

export interface Cancellation {
  readonly by: string;
  readonly at: string;
  readonly reason: string;
}

/** Words of people to a run, as objects beside its claim: whoever answers need not be on the machine that carries it. */
export class RunControl {
  constructor(
    private readonly storage: ObjectStorage,
    private readonly runId: string,
  ) {}

  private key(step: string, request: number): string {
    return `approvals/${this.runId}/${step}-${request}.json`;
  }

  async answer(step: string, request: number): Promise<Answer | undefined> {
    const found = await this.storage.readVersion(this.key(step, request));
    return found === undefined ? undefined : (JSON.parse(found.text) as Answer);
  }

  /** The first answer counts; a second one is told who was first. */
  async give(step: string, request: number, answer: Answer): Promise<void> {
    const text = `${JSON.stringify(answer)}\n`;
    if (await this.storage.writeText(this.key(step, request), text, true)) return;
    const first = await this.answer(step, request);
    throw new PlatformError(
      `${step} was ${first?.kind ?? "answered"} by ${first?.by ?? "somebody"} at ${first?.at ?? "an earlier time"} already`,
      ExitCode.resource,
    );
  }

  async cancellation(): Promise<Cancellation | undefined> {
    const found = await this.storage.readVersion(`cancelled/${this.runId}.json`);
    return found === undefined ? undefined : (JSON.parse(found.text) as Cancellation);
  }

  async cancel(cancellation: Cancellation): Promise<void> {
    await this.storage.writeText(`cancelled/${this.runId}.json`, `${JSON.stringify(cancellation)}\n`, true);
  }
}
