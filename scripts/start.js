#!/usr/bin/env node
// Runs one of the project's TypeScript entry points: installs the locked dependencies when they are absent or stale,
// and picks the pinned Node where the host's is older than the Pulumi SDK's floor. Plain JavaScript without
// dependencies, because it is what runs before there are any; works on Node 18 and later. Modules of Node that a short
// run needs not are loaded where they are needed.
"use strict";
const { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

const root = dirname(__dirname);
const say = (text) => process.stderr.write(`setup: ${text}\n`);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const isNode = (wantedMajor, wantedMinor) => major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);

function installDependencies() {
  const lock = join(root, "package-lock.json");
  const stamp = join(root, "node_modules", ".cache", "agent-platform", "installed");
  const { mtimeMs, size } = statSync(lock);
  const [installed, seen] = existsSync(stamp) ? readFileSync(stamp, "utf8").split("\n") : [];
  // As git does: a file whose time and size are those of the last look has not changed.
  if (seen === `${mtimeMs} ${size}`) return;
  const digest = require("node:crypto").createHash("sha256").update(readFileSync(lock)).digest("hex");
  if (installed !== digest) npmCi();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(`${stamp}.${process.pid}`, `${digest}\n${mtimeMs} ${size}`);
  renameSync(`${stamp}.${process.pid}`, stamp);
}

function npmCi() {
  const started = Date.now();
  say("installing the locked dependencies (npm ci), about a minute on first use");
  const npm = require("node:child_process").spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) {
    say(`npm ci failed (${npm.error?.message ?? `exit code ${npm.status}`}).`);
    say("Check that the npm registry can be reached, then run the command again.");
    process.exit(1);
  }
  say(`dependencies installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** The host's Node where it is new enough, else the pinned one from the `node` package. */
function chooseNode() {
  if (isNode(22, 18)) return process.execPath;
  const pinned = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(pinned)) return pinned;
  say(`Node ${process.versions.node} is too old (22.18 or later is needed) and the pinned Node was not installed.`);
  say("Delete node_modules and run the command again, or install Node 24.");
  process.exit(1);
}

/**
 * Judges manifests in this process, by the compiled command: to start a second Node and to read the sources takes longer
 * than the judging. @returns false where something else is asked for, or the command cannot be compiled.
 */
function judgedHere([entry, command, ...args]) {
  const asked = (flag) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
  if (entry !== "cli/main.ts" || command !== "readiness" || !asked("--manifests") || !isNode(20, 12)) return false;
  const { isCurrent, runCompiled } = require("../policy/compiled.js");
  const parts = { "--sarif": "sarif.js", "--junit": "junit.js", "--html": "readiness-page.js" };
  const loaded = Object.keys(parts)
    .filter(asked)
    .map((flag) => parts[flag]);
  if (!["command.js", ...loaded].every(isCurrent)) {
    const build = ["--import", "tsx", join(root, "policy", "build.ts")];
    const { status } = require("node:child_process").spawnSync(chooseNode(), build, { cwd: root, stdio: "ignore" });
    if (status !== 0) return false;
  }
  // Where the command was typed: files are named from there.
  if (process.env.INIT_CWD !== undefined) process.chdir(process.env.INIT_CWD);
  process.env.AGENT_PLATFORM_CWD = process.cwd();
  process.argv.splice(2, 1);
  runCompiled("command.js");
  return true;
}

function run([entry, ...args]) {
  const { spawn } = require("node:child_process");
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
if (!judgedHere(process.argv.slice(2))) run(process.argv.slice(2));
