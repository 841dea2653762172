// What `npm run build:policy` compiled: whether it is still what the sources say, and the quickest way to run it.
"use strict";
const { existsSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

const root = dirname(__dirname);
const dist = join(__dirname, "dist");

/** Time and size of a source, by which git too knows a file that has not changed; undefined where it is gone. */
function stampOf(path) {
  const found = statSync(`${root}/${path}`, { throwIfNoEntry: false });
  return found && `${found.mtimeMs} ${found.size}`;
}

/** Whether a compiled file is newer than everything it was made of. A package ships no sources: what it holds is current. */
function isCurrent(output) {
  if (!existsSync(join(__dirname, "index.ts"))) return true;
  const inputs = join(dist, `${output}.inputs`);
  if (!existsSync(inputs)) return false;
  return Object.entries(JSON.parse(readFileSync(inputs, "utf8"))).every(([path, stamp]) => stampOf(path) === stamp);
}

/**
 * Runs a compiled file. Most of a short run is compiling: what V8 made of the file is kept beside it, per version of
 * Node, and taken only where it is of the same text. Node's own compile cache takes three times as long to read.
 */
function runCompiled(output) {
  const filename = join(dist, output);
  const kept = `${filename}.${process.version}-${process.arch}.v8`;
  const source = readFileSync(filename, "latin1");
  const cachedData = existsSync(kept) ? readFileSync(kept) : undefined;
  const script = new Script(`(function(require,module,exports,__filename,__dirname){${source}\n})`, {
    filename,
    cachedData,
  });
  const compiled = { exports: {} };
  script.runInThisContext()(createRequire(filename), compiled, compiled.exports, filename, dist);
  if (cachedData !== undefined && script.cachedDataRejected !== true) return;
  process.once("exit", () => {
    try {
      writeFileSync(`${kept}.${process.pid}`, script.createCachedData());
      renameSync(`${kept}.${process.pid}`, kept);
    } catch {
      // A folder that may not be written to: the next run compiles again.
    }
  });
}

module.exports = { isCurrent, runCompiled, stampOf };
