import { strict as assert } from "node:assert";
import { readOptions, type SmokeFlags } from "../../../cli/smoke/options.js";
import { formatError, type PlatformError } from "../../../common/errors.js";

const flags: SmokeFlags = {
  header: ["x-canary=true"],
  health: "/health",
  ready: "/ready",
  items: "/v1/memories",
  item: "{}",
  timeout: "10",
};

function refusal(url: string, change: Partial<SmokeFlags> = {}): PlatformError {
  try {
    readOptions(url, { ...flags, ...change });
  } catch (thrown) {
    return thrown as PlatformError;
  }
  throw new Error(`${url} was taken`);
}

describe("arguments of the smoke test", () => {
  it("are taken as they are", () => {
    assert.deepEqual(readOptions("https://canary.agent-api.example.com/v2", { ...flags, header: ["a: b", "c=d=e"] }), {
      url: "https://canary.agent-api.example.com/v2",
      headers: { a: "b", c: "d=e" },
      healthPath: "/health",
      readyPath: "/ready",
      itemsPath: "/v1/memories",
      item: {},
      timeoutMs: 10_000,
    });
  });

  it("are refused where the address is none, with exit code 2 and what was received", () => {
    for (const bad of [
      "",
      "agent-api.example.com",
      "/health",
      "ftp://host",
      "http://",
      "https://x/?q=1",
      "http://x#y",
    ]) {
      const { exitCode, faults } = refusal(bad);
      assert.equal(exitCode, 2);
      assert.deepEqual(
        faults.map(({ path, received }) => [path, received]),
        [["URL", JSON.stringify(bad)]],
      );
    }
  });

  it("are refused all at once", () => {
    const bad = { header: ["x", "y=1"], health: "health", ready: "/a?b", items: "", item: "[]", timeout: "0" };
    const { faults } = refusal("host", bad);
    const all = ["URL", "--header", "--health", "--ready", "--items", "--item", "--timeout"];
    assert.deepEqual(
      faults.map(({ path }) => path),
      all,
    );
    for (const timeout of ["-1", "soon", "Infinity", "3601"])
      assert.equal(refusal("http://x", { timeout }).exitCode, 2);
  });

  it("are not shown where they may hold a credential", () => {
    const error = refusal("https://ops:hunter2@agent-api.example.com", { header: ["Bearer hunter2"] });
    assert.deepEqual(
      error.faults.map(({ path, received }) => [path, received]),
      [
        ["URL", undefined],
        ["--header", undefined],
      ],
    );
    assert.ok(!formatError(error).includes("hunter2"));
  });
});
