/** A line of a document that stands for any number of printed ones; within a line, for any text. */
export const ellipsis = "…";

/** What differs from run to run and from machine to machine, on both sides of a comparison. */
const volatile: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME"],
  [/\b\d{8}-\d{6}-([a-z-]+)-[0-9a-f]{4}\b/g, "TIME-$1"],
  [/_\d{8}_\d{6}\b/g, "_TIME"],
  [/\b\d+(\.\d+)? ?(ms|s)\b/g, "DURATION"],
  [/(127\.0\.0\.\d+):\d+/g, "$1:PORT"],
  // Columns are as wide as what is in them.
  [/─+/g, "─"],
  [/\s+/g, " "],
];

/** What npm says before it runs a script, and progress that a terminal clears. */
const chatter = /^(> (agent-platform@|node scripts\/)|[^…]*\w\.\.\.$)/;

const plain = (line: string): string =>
  volatile.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), line).trim();

function matches(shown: string, printed: string): boolean {
  const [start = "", ...parts] = plain(shown)
    .split(ellipsis)
    .map((part) => part.trim());
  const text = plain(printed);
  const end = parts.pop();
  if (end === undefined) return text === start;
  if (!text.startsWith(start) || !text.endsWith(end)) return false;
  let at = start.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - end.length;
}

/** The lines of an output that a document is held to. */
export function linesOf(output: string): string[] {
  return output.split("\n").filter((line) => line.trim() !== "" && !chatter.test(line.trim()));
}

/** How an output differs from what a document shows of it; `undefined` where it does not. */
export function difference(shown: readonly string[], output: string): string | undefined {
  const printed = linesOf(output);
  let at = 0;
  let anywhere = false;
  for (const line of shown.filter((text) => text.trim() !== "")) {
    if (line.trim() === ellipsis) {
      anywhere = true;
      continue;
    }
    const found = printed.findIndex((text, index) => index >= at && matches(line, text));
    if (found < 0 || (!anywhere && found > at)) return `shows  ${line}\nprints ${printed[at] ?? "nothing more"}`;
    at = found + 1;
    anywhere = false;
  }
  return anywhere || at === printed.length ? undefined : `prints ${printed[at] ?? ""}\nand does not show it`;
}
