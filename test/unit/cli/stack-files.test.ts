import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlatformError } from "../../../common/errors.js";
import { encryptedMarker } from "../../../config/schema/secret.js";
import { listStacks, readStackFile } from "../../../cli/preview/stack-files.js";

describe("stack files", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stack-files-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: agent-platform\nruntime: nodejs\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (text: string): void => writeFileSync(join(folder, "Pulumi.dev.yaml"), text);
  const failure = (stack = "dev"): PlatformError => {
    try {
      readStackFile(folder, stack);
    } catch (thrown) {
      assert.ok(thrown instanceof PlatformError);
      return thrown;
    }
    throw new Error("it was accepted");
  };

  it("are listed by name", () => {
    write("config: {}\n");
    writeFileSync(join(folder, "Pulumi.alpha.yaml"), "config: {}\n");
    assert.deepEqual(listStacks(folder), ["alpha", "dev"]);
  });

  it("become text, with objects as JSON", () => {
    write("config:\n  agent-platform:environment: staging\n  agent-platform:agent:\n    replicas: 3\n");
    assert.deepEqual(readStackFile(folder, "dev"), {
      project: "agent-platform",
      stack: "dev",
      config: { "agent-platform:environment": "staging", "agent-platform:agent": '{"replicas":3}' },
      secretKeys: [],
    });
  });

  it("have a marker in place of encrypted values at secret keys", () => {
    write("config:\n  agent-platform:agent:\n    secrets:\n      TOKEN:\n        secure: v1:abc\n");
    const { config, secretKeys } = readStackFile(folder, "dev");
    assert.deepEqual(secretKeys, ["agent-platform:agent"]);
    assert.deepEqual(JSON.parse(config["agent-platform:agent"]!), { secrets: { TOKEN: encryptedMarker } });
  });

  it("are refused where another key is encrypted", () => {
    write("config:\n  agent-platform:agent:\n    image:\n      secure: v1:abc\n");
    const error = failure();
    assert.equal(error.exitCode, 2);
    assert.equal(error.faults[0]!.path, "Pulumi.dev.yaml:2 agent.image");
  });

  it("are refused with file and line where the YAML is malformed", () => {
    write("config:\n  a: [1, 2\n  b: 3\n");
    const error = failure();
    assert.equal(error.exitCode, 2);
    assert.match(error.faults[0]!.path, /^Pulumi\.dev\.yaml:\d+$/);
  });

  it("are refused where they are no mapping", () => {
    for (const text of ["", "- a\n", "text\n", "config: 3\n", "config: [a]\n"]) {
      write(text);
      assert.equal(failure().exitCode, 2, JSON.stringify(text));
    }
  });

  it("that do not exist end with exit code 6 and the names of those that do", () => {
    write("config: {}\n");
    for (const stack of ["prod", "../dev", "", "dev.yaml"]) {
      const error = failure(stack);
      assert.equal(error.exitCode, 6);
      assert.match(error.message, /there are: dev$/);
    }
  });
});
