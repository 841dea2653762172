// `npm run bench`: speed and memory, each beside its floor in the same run. Figures are medians; nothing here is a test.
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** What a file bench/<name>.bench.ts exports. */
export interface Bench {
  readonly title: string;
  /** Measures and returns lines to print, each a figure beside its floor and its bound. */
  run(): Promise<readonly string[]>;
}

async function main(wanted: readonly string[]): Promise<void> {
  const names = readdirSync(__dirname).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`no such bench: ${unknown.join(", ")} (there are ${names.join(", ")})\n`);
    process.exit(2);
  }
  for (const name of names.filter((one) => wanted.length === 0 || wanted.includes(one))) {
    const { bench } = (await import(join(__dirname, `${name}.bench.ts`))) as { bench: Bench };
    process.stdout.write(`\n${bench.title}\n`);
    for (const line of await bench.run()) process.stdout.write(`  ${line}\n`);
  }
}

void main(process.argv.slice(2));
