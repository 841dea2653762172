/** GitHub refuses a body of more characters. */
export const maxBody = 65_536;

/**
 * A body that GitHub takes: what is too long is cut at the end of a line, open folds and code blocks are closed, and a
 * line says where the whole is.
 */
export function shorten(body: string, link: string | undefined, limit = maxBody): string {
  if (body.length <= limit) return body;
  const where = link === undefined ? "the run's artifacts hold the whole" : `[the whole report](${link})`;
  const room = limit - 400;
  const cut = body.slice(0, body.lastIndexOf("\n", room));
  const fences = (cut.match(/^```/gm) ?? []).length;
  const folds = (cut.match(/<details>/g) ?? []).length - (cut.match(/<\/details>/g) ?? []).length;
  const closed = `${cut}${fences % 2 === 1 ? "\n```" : ""}${"\n\n</details>".repeat(Math.max(0, folds))}`;
  return `${closed}\n\n> Shortened: ${body.length - cut.length} of ${body.length} characters are left out; ${where}.\n`;
}
