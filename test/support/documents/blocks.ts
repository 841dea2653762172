import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { soak } from "../counts.js";
import { root } from "../stacks.js";

/** Every document whose commands are held to what they print. */
export const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "examples/agent-memory-service/README.md",
  ...["docs", "docs/runbooks"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  ),
];

/**
 * A fenced block of commands. Its fence says what is done with it: `run`, `not-run="reason"`, or `run-in-soak="reason"`,
 * which is run at full counts only.
 */
export interface CommandBlock {
  /** `docs/local.md:12` */
  readonly place: string;
  readonly lines: readonly string[];
  /** `sh` blocks are run; what a `console` block shows is compared as well. */
  readonly language: string;
  readonly run: boolean;
  /** Why it is not run. */
  readonly reason?: string;
}

const fence = /^ *```(sh|console|bash|shell)\b *(.*)$/;
const languages = ["sh", "console", "yaml", "json", "mermaid", "text"];

/** Fences that say no language, or one that is not ours: commands in such a block would escape every check. */
export function fencesWithoutLanguage(document: string): string[] {
  let open = false;
  return readFileSync(join(root, document), "utf8")
    .split("\n")
    .flatMap((line, index) => {
      const [, language] = /^ *```(\S*)/.exec(line) ?? [];
      if (language === undefined) return [];
      open = !open;
      return open && !languages.includes(language) ? [`${document}:${index + 1}: ${line.trim()}`] : [];
    });
}

/** The blocks of commands of a document, in order. */
export function commandBlocks(document: string): CommandBlock[] {
  const blocks: CommandBlock[] = [];
  let open: { place: string; language: string; mark: string; lines: string[] } | undefined;
  for (const [index, line] of readFileSync(join(root, document), "utf8").split("\n").entries()) {
    if (open !== undefined && /^ *```$/.test(line)) {
      const { mark, ...block } = open;
      blocks.push({ ...block, ...readMark(mark) });
      open = undefined;
    } else if (open !== undefined) open.lines.push(line);
    else {
      const [, language, mark = ""] = fence.exec(line) ?? [];
      if (language !== undefined) open = { place: `${document}:${index + 1}`, language, mark, lines: [] };
    }
  }
  return blocks;
}

function readMark(mark: string): Pick<CommandBlock, "run" | "reason"> {
  const [, when, reason] = /^(not-run|run-in-soak)="(.+)"$/.exec(mark) ?? [];
  if (when === "run-in-soak") return soak ? { run: true } : { run: false, reason: `only by npm run soak: ${reason}` };
  return { run: mark === "run", ...(reason === undefined ? {} : { reason }) };
}

/** A command and, in a `console` block, the lines that follow it. */
export interface Step {
  readonly place: string;
  readonly command: string;
  readonly shown?: readonly string[];
}

/** The commands of a block: a `sh` block is one script, a `console` block has a command behind each `$`. */
export function stepsOf({ place, language, lines }: CommandBlock): Step[] {
  if (language !== "console") return [{ place, command: lines.join("\n") }];
  const steps: { place: string; command: string; shown: string[] }[] = [];
  for (const line of lines) {
    const last = steps.at(-1);
    if (line.startsWith("$ ")) steps.push({ place, command: line.slice(2), shown: [] });
    else if (last !== undefined && last.shown.length === 0 && line.startsWith("> "))
      last.command += `\n${line.slice(2)}`;
    else last?.shown.push(line);
  }
  return steps;
}
