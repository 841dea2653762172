import { boolYaml11Tag, CORE_SCHEMA, load, mergeTag, YAMLException } from "js-yaml";

/** One document of a stream: its value, or why it has none. */
export interface ParsedDocument {
  /** First line of the document in its file, from 1. */
  readonly line: number;
  readonly value?: unknown;
  readonly error?: { readonly line: number; readonly reason: string };
}

/** `yes` and `on` are booleans and `<<` merges to kubectl's reader, so they are here. */
const SCHEMA = CORE_SCHEMA.withTags(boolYaml11Tag, mergeTag);
const SEPARATOR = /^---(?=\s|$)/gm;

/**
 * Parses a stream document by document, so that a fault in one leaves the others alone and every object knows its line.
 * A line that begins with `---` ends a document wherever it stands: YAML allows it nowhere else.
 */
export function* parseDocuments(source: string, file: string): Generator<ParsedDocument> {
  const stream = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  if (/\.json$/i.test(file)) {
    yield parseJson(stream);
    return;
  }
  const lines = new LineCounter(stream);
  let start = 0;
  SEPARATOR.lastIndex = 0;
  for (const match of stream.matchAll(SEPARATOR)) {
    yield* parseYaml(stream.slice(start, match.index), lines.at(start));
    start = match.index + 3;
  }
  yield* parseYaml(stream.slice(start), lines.at(start));
}

function* parseYaml(body: string, firstLine: number): Generator<ParsedDocument> {
  const content = firstContent(body);
  if (content < 0) return;
  const line = firstLine + newlines(body, content);
  try {
    yield { line, value: load(body, { schema: SCHEMA }) };
  } catch (thrown) {
    const reason = thrown instanceof YAMLException ? thrown.reason : String(thrown);
    const mark = thrown instanceof YAMLException ? (thrown.mark as { line?: number } | undefined) : undefined;
    yield { line, error: { line: firstLine + (mark?.line ?? 0), reason: `is no YAML: ${reason}` } };
  }
}

function parseJson(source: string): ParsedDocument {
  if (source.trim() === "") return { line: 1 };
  try {
    return { line: 1, value: JSON.parse(source) };
  } catch (thrown) {
    const position = Number(/position (\d+)/.exec(String(thrown))?.[1] ?? 0);
    return {
      line: 1,
      error: { line: 1 + newlines(source, position), reason: `is no JSON: ${(thrown as Error).message}` },
    };
  }
}

/** Index of the first character that is neither blank nor part of a comment, a directive or an end marker. */
function firstContent(body: string): number {
  const match = /^(?:[ \t\r]*(?:#.*|%.*|\.\.\.)?\n)*[ \t\r]*(?:#.*$)?/.exec(body);
  const from = match?.[0].length ?? 0;
  return from >= body.length ? -1 : from;
}

function newlines(source: string, end: number): number {
  let count = 0;
  for (let index = source.indexOf("\n"); index >= 0 && index < end; index = source.indexOf("\n", index + 1)) count += 1;
  return count;
}

/** Lines of ever later positions, each character looked at once. */
class LineCounter {
  private position = 0;
  private line = 1;

  constructor(private readonly source: string) {}

  at(position: number): number {
    for (let index = this.source.indexOf("\n", this.position); index >= 0 && index < position;) {
      this.line += 1;
      this.position = index + 1;
      index = this.source.indexOf("\n", this.position);
    }
    return this.line;
  }
}
