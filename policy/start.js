// What the engine loads. The compiled pack (`npm run build:policy`) loads in a third of the time; where it is missing or
// older than its sources, as in a fresh checkout, the sources themselves are loaded.
"use strict";
const { existsSync, readdirSync, statSync } = require("node:fs");
const { join } = require("node:path");

const compiled = join(__dirname, "dist", "index.js");

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "dist" || entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) latest = Math.max(latest, newest(path));
    else if (entry.name.endsWith(".ts")) latest = Math.max(latest, statSync(path).mtimeMs);
  }
  return latest;
}

if (existsSync(compiled) && statSync(compiled).mtimeMs >= newest(__dirname)) {
  require(compiled);
} else {
  require("tsx/cjs");
  require("./index.ts");
}
