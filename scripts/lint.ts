// `npm run lint`: types, typed lint, format, layers and dead code; all of them run, then the verdict.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..");
const bin = join(root, "node_modules", ".bin");

const steps: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "lint", command: ["eslint", "."] },
  { name: "format", command: ["prettier", "--check", "--log-level=warn", "."] },
  { name: "layers", command: ["depcruise", "--config", ".dependency-cruiser.cjs", "--output-type=err", "."] },
  { name: "dead code", command: ["knip"] },
];

let failed = 0;
for (const { name, command } of steps) {
  const [program = "", ...args] = command;
  const started = performance.now();
  const { status } = spawnSync(join(bin, program), args, { cwd: root, stdio: "inherit" });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${status === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)\n`);
  if (status !== 0) failed += 1;
}
process.stdout.write(`${steps.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
