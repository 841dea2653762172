/** Whether to colour what goes to a stream: a terminal, unless NO_COLOR; FORCE_COLOR overrides a pipe. */
export function wantsColor(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR: never, FORCE_COLOR: always } = process.env;
  if (never !== undefined && never !== "") return false;
  if (always !== undefined && always !== "" && always !== "0") return true;
  return stream.isTTY === true;
}
