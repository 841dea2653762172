import assert from "node:assert/strict";
import { renderChecksDoc } from "../../cli/readiness/docs.js";
import { CHECKS } from "../../policy/checks/index.js";

describe("docs/checks.md", () => {
  it("has one section a check, with its parameters", () => {
    const headings = [...renderChecksDoc().matchAll(/^### (.+)$/gm)].map((match) => match[1]);
    assert.deepEqual([...headings].sort(), CHECKS.map((check) => check.id).sort());
    for (const check of CHECKS) {
      for (const name of Object.keys(check.parameters ?? {}))
        assert.match(renderChecksDoc(), new RegExp(`parameter \`${name}\``));
    }
  });
});
