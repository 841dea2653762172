/** Why a request is refused; HTTP and gRPC each have their own words for it. */
export type Refusal = "invalid" | "not-found" | "conflict" | "read-only" | "overloaded" | "unavailable";

/** An answer to a caller, not a defect: its message may be shown. */
export class RequestError extends Error {
  override readonly name = "RequestError";

  constructor(
    readonly refusal: Refusal,
    message: string,
    /** Seconds after which trying again makes sense. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** The region is a standby, or is fenced: it serves reads, and says plainly that it takes no writes. */
export function readOnly(): RequestError {
  return new RequestError("read-only", "this region serves reads only: its database is a standby or is fenced", 5);
}

/** Whether the fault is ours: those count as errors in the metrics, a caller's mistakes do not. */
export function isOurs(thrown: unknown): boolean {
  if (!(thrown instanceof RequestError)) return true;
  return ["read-only", "overloaded", "unavailable"].includes(thrown.refusal);
}
