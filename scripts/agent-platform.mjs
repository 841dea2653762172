#!/usr/bin/env node
// The command `agent-platform`: the same as `npm run NAME --`, from any folder.
import process from "node:process";

process.argv.splice(2, 0, "cli/main.ts");
await import("./start.mjs");
