import { ExitCode, PlatformError, type Fault } from "./errors.js";

/** Readers of several inputs, each of which may find faults in its own. */
type Readers<T extends readonly unknown[]> = { readonly [K in keyof T]: () => T[K] };

/**
 * Reads several inputs of the user's, so that the faults of all are told at once.
 * @throws PlatformError as it was thrown where there is one alone; else one with `message` and the faults of all. Whatever
 * else a reader throws goes on.
 */
export function readAll<T extends readonly unknown[]>(message: string, readers: Readers<T>): T {
  const errors: PlatformError[] = [];
  const values = readers.map((read) => {
    try {
      return read();
    } catch (thrown) {
      if (!(thrown instanceof PlatformError) || thrown.faults.length === 0) throw thrown;
      errors.push(thrown);
      return undefined;
    }
  });
  const [first, ...others] = errors;
  if (first === undefined) return values as unknown as T;
  if (others.length === 0) throw first;
  const faults: readonly Fault[] = errors.flatMap((error) => error.faults);
  throw new PlatformError(message, ExitCode.configuration, faults);
}
