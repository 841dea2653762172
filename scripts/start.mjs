#!/usr/bin/env node
// Runs one of the project's TypeScript entry points: installs the locked dependencies when they are absent or stale,
// and picks the pinned Node where the host's is older than the Pulumi SDK's floor. Plain JavaScript without
// dependencies, because it is what runs before there are any; works on Node 18 and later.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (text) => process.stderr.write(`setup: ${text}\n`);

function lockDigest() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

function installDependencies() {
  const stamp = join(root, "node_modules", ".cache", "agent-platform", "installed");
  const digest = lockDigest();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  const started = Date.now();
  say("installing the locked dependencies (npm ci), about a minute on first use");
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) {
    say(`npm ci failed (${npm.error?.message ?? `exit code ${npm.status}`}).`);
    say("Check that the npm registry can be reached, then run the command again.");
    process.exit(1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
  say(`dependencies installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** The host's Node where it is new enough, else the pinned one from the `node` package. */
function chooseNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  const pinned = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(pinned)) return pinned;
  say(`Node ${process.versions.node} is too old (22.18 or later is needed) and the pinned Node was not installed.`);
  say("Delete node_modules and run the command again, or install Node 24.");
  process.exit(1);
}

function run([entry, ...args]) {
  const node = chooseNode();
  const path = [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH].join(
    process.platform === "win32" ? ";" : ":",
  );
  const child = spawn(node, ["--import", "tsx", join(root, entry), ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: path, AGENT_PLATFORM_CWD: process.env.INIT_CWD ?? process.cwd() },
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 128 + (signal === "SIGINT" ? 2 : 15) : (code ?? 1)));
}

installDependencies();
run(process.argv.slice(2));
