import { ExitCode, PlatformError } from "../../common/errors.js";

/** Ways to write a comment in the files that hold generated blocks. */
const comments = {
  markdown: { start: (name: string) => `<!-- generated: ${name} -->`, end: "<!-- end of generated -->" },
  yaml: { start: (name: string) => `# generated: ${name} (npm run docs:generate)`, end: "# end of generated" },
} as const;

export interface Block {
  readonly syntax: keyof typeof comments;
  readonly name: string;
  readonly text: string;
}

/**
 * Replaces what stands between a block's two comments.
 * @throws PlatformError where the file has no such comments.
 */
export function replaceBlock(file: string, { syntax, name, text }: Block): string {
  const { end } = comments[syntax];
  const start = comments[syntax].start(name);
  const from = file.indexOf(start);
  const to = file.indexOf(end, from);
  if (from < 0 || to < 0) throw new PlatformError(`there is no block ${start}`, ExitCode.error);
  const gap = syntax === "markdown" ? "\n\n" : "\n";
  return `${file.slice(0, from + start.length)}${gap}${text.trimEnd()}${gap}${file.slice(to)}`;
}
