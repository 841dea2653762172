#!/usr/bin/env node
// The command `agent-platform`: the same as `npm run NAME --`, from any folder.
"use strict";

process.argv.splice(2, 0, "cli/main.ts");
require("./start.js");
