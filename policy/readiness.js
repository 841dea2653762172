#!/usr/bin/env node
// The readiness command, compiled.
"use strict";
require("./compiled.js").runCompiled("command.js");
