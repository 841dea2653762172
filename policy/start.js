// What the engine loads. The compiled pack (`npm run build:policy`) loads in a third of the time; where it is missing or
// older than its sources, as in a fresh checkout, the sources themselves are loaded.
"use strict";
const { isCurrent } = require("./compiled.js");

if (isCurrent("index.js")) {
  require("./dist/index.js");
} else {
  require("tsx/cjs");
  require("./index.ts");
}
