import assert from "node:assert/strict";
import { missingRequirements } from "../../../operations/local/requirements.js";

/** What is said where a property of this process is another. */
async function saidWith(name: "platform" | "getuid", value: unknown): Promise<string[]> {
  const before = Object.getOwnPropertyDescriptor(process, name);
  assert.ok(before);
  Object.defineProperty(process, name, { ...before, value });
  try {
    return await missingRequirements();
  } finally {
    Object.defineProperty(process, name, before);
  }
}

describe("what a machine lacks to run nodes", () => {
  it("is Linux or root, with the way round: nothing is looked for or installed", async () => {
    const [other, user] = [await saidWith("platform", "darwin"), await saidWith("getuid", () => 1000)];
    assert.deepEqual([other.length, user.length], [1, 1]);
    assert.match(other[0] ?? "", /^nodes need Linux: clusters of your own, .*\(local up --context\)$/);
    assert.match(user[0] ?? "", /^only root can make namespaces and control groups: use sudo, or /);
  });
});
