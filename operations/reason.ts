import { messageOf } from "../common/errors.js";

/** Why a request failed: `fetch` itself only says that it did, and keeps the reason as the cause. */
export function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return cause === undefined ? messageOf(thrown) : `${messageOf(thrown)}: ${messageOf(cause)}`;
}
