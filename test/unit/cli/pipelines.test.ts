import { strict as assert } from "node:assert";
import { maxBody, shorten } from "../../../cli/ci/shorten.js";
import { stagesOf } from "../../../cli/ci/stages.js";
import { deliverySteps } from "../../../cli/ci/steps.js";
import { examine } from "../../../cli/doctor/command.js";
import { stackConfig } from "../../support/stacks.js";

describe("pipelines' parts", () => {
  it("leave a body alone that GitHub takes", () => {
    assert.equal(shorten("short", undefined), "short");
    assert.equal(shorten("x".repeat(maxBody), undefined).length, maxBody);
  });

  it("shorten a body that is too long, close what is open, and link to the whole", () => {
    const body = `<details>\n\n\`\`\`text\n${"a line of the report\n".repeat(10_000)}\`\`\`\n</details>\n`;
    const short = shorten(body, "https://github.example/runs/1");
    assert.ok(short.length <= maxBody, `${short.length}`);
    assert.equal((short.match(/^```/gm) ?? []).length % 2, 0);
    assert.equal((short.match(/<details>/g) ?? []).length, (short.match(/<\/details>/g) ?? []).length);
    assert.match(
      short,
      /Shortened: \d+ of \d+ characters are left out; \[the whole report\]\(https:\/\/github\.example/,
    );
  });

  it("put secondary regions ahead, in disjoint stages", () => {
    const [first, rest, ...more] = stagesOf(stackConfig("production"), "production", true);
    assert.deepEqual(first?.scope, ["--target", "urn:pulumi:production::*::**::us-west1**"]);
    assert.deepEqual(rest?.scope, ["--exclude", "urn:pulumi:production::*::**::us-west1**"]);
    assert.deepEqual(more, []);
    assert.deepEqual(stagesOf(stackConfig("production"), "production", false), [{ name: "rest", scope: [] }]);
  });

  it("wait as long as R5 says where the strategy has no stages", () => {
    const steps = deliverySteps(stackConfig("staging"), {
      stack: "staging",
      plans: "plans",
      exists: true,
      waitSeconds: 300,
    });
    const waits = steps.filter(({ name }) => name.startsWith("wait")).map(({ command }) => command.slice(-2).join(" "));
    assert.deepEqual(waits, ["--timeout 300", "--timeout 300"]);
  });

  it("doctor finds what is there, and says how to get what is not", async () => {
    const tool = { for: ["test"], why: "a test", get: "nowhere" } as const;
    const node = await examine({ ...tool, program: "node", version: ["--version"] });
    assert.match(node.found ?? "", /^v\d+/);
    const missing = await examine({ ...tool, program: "no-such-program", version: [] });
    assert.equal(missing.found, undefined);
    assert.equal(missing.get, "nowhere");
  });
});
