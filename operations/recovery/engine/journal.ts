import { DBOS } from "@dbos-inc/dbos-sdk";
import { stateOf, type RecordedEvent, type RunEvent, type RunInput, type RunState } from "../run/record.js";
import { host } from "./host.js";

export interface Durable<T> {
  readonly value: T;
  /** Whether it was done just now, and not read back from an earlier process. */
  readonly fresh: boolean;
}

/** Does something once: what it returned is kept, and a resumed run reads it back instead of doing it again. */
export async function durable<T>(name: string, work: () => Promise<T>): Promise<Durable<T>> {
  let fresh = false;
  const value = await DBOS.runStep(
    async () => {
      fresh = true;
      return await work();
    },
    { name },
  );
  return { value, fresh };
}

type Note = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "at"> : never) : never;

/** The run's events in order. Everything in it comes from durable steps, so a resumed run rebuilds the same. */
export class Journal {
  readonly events: RecordedEvent[] = [];
  /** Messages handed over, and not yet known to be delivered. */
  readonly pending: { readonly key: string; readonly subject: string }[] = [];

  constructor(readonly input: RunInput) {}

  get state(): RunState {
    return stateOf(this);
  }

  add(event: RunEvent, fresh: boolean): void {
    this.events.push({ ...event, seq: this.events.length + 1 });
    // While an earlier process's steps are read back, the kept record already shows more than this one.
    if (fresh) host().publish({ input: this.input, events: [...this.events] });
  }

  /** Something that happened in the run itself, with the time at which it did. */
  async note(note: Note): Promise<void> {
    const { value, fresh } = await durable(`note:${note.kind}`, () => Promise.resolve(new Date().toISOString()));
    this.add({ ...note, at: value }, fresh);
  }
}
