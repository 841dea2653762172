import type { Report } from "../report.js";

/** For programs: `{ summary, score, results, faults }`, written in parts so that a large report is never one string. */
export function* formatJson({ summary, score, results, faults }: Report): Generator<string> {
  yield `{"summary":${JSON.stringify(summary)},"score":${JSON.stringify(score)},"results":[`;
  const size = 500;
  for (let start = 0; start < results.length; start += size) {
    const part = results.slice(start, start + size).map((result) => JSON.stringify(result));
    yield `${start === 0 ? "" : ","}\n${part.join(",\n")}`;
  }
  yield `\n],"faults":${JSON.stringify(faults)}}\n`;
}
