/**
 * Exit codes of every command. They are Pulumi's own, which are a stable contract, so that a pipeline needs one table.
 */
export const ExitCode = {
  ok: 0,
  error: 1,
  configuration: 2,
  authentication: 3,
  resource: 4,
  policy: 5,
  stackNotFound: 6,
  noChanges: 7,
  cancelled: 8,
  timeout: 9,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** One thing that is wrong with what the user gave, and what to do about it. */
export interface Fault {
  /** Where: a configuration path (`regions[0].network.cidr`), a file with its line, or a flag. */
  readonly path: string;
  /** What was found there, shortened; left out where showing it could leak a secret. */
  readonly received?: string;
  /** The rule that it breaks. */
  readonly rule: string;
  /** What to change. */
  readonly fix: string;
}

/** The one error that is meant for the user: printed without a stack trace, it ends the process with its exit code. */
export class PlatformError extends Error {
  override readonly name = "PlatformError";

  constructor(
    message: string,
    readonly exitCode: ExitCode = ExitCode.error,
    readonly faults: readonly Fault[] = [],
  ) {
    super(message);
  }
}

/** Lines for a terminal: the summary, then every fault with path, value, rule and fix. */
export function formatError(error: PlatformError): string {
  const faults = error.faults.map((fault) => {
    const received = fault.received === undefined ? "" : ` (received ${fault.received})`;
    return `  ${fault.path}: ${fault.rule}${received}\n    fix: ${fault.fix}`;
  });
  return [error.message, ...faults].join("\n");
}

/** A received value as an error shows it: JSON, at most 80 characters. */
export function showValue(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
