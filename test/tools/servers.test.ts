import assert from "node:assert/strict";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../../operations/local/servers/cache.js";
import { ensureRecipe } from "../../operations/local/servers/ensure.js";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { runCommand } from "../../common/command.js";
import { useOwnCache } from "../support/own-cache.js";
import { temporaryFolder } from "../support/servers/process.js";

describe("servers built from source", function () {
  this.timeout(120_000);
  useOwnCache("recipes");
  let folder: string;

  before(async () => {
    folder = await temporaryFolder("recipes");
    await mkdir(join(folder, "module", "inner"), { recursive: true });
    await writeFile(join(folder, "module", "go.mod"), "module example.test/module\n\ngo 1.26.0\n");
    await writeProgram("first");
  });

  const recipe = () => ({
    module: { folder: join(folder, "module") },
    mainPackage: "./inner",
    version: "1.0.0",
    seconds: 1,
  });
  const writeProgram = async (says: string): Promise<void> => {
    const text = `package main\n\nimport "os"\n\nfunc main() { os.Stdout.WriteString("${says}") }\n`;
    await writeFile(join(folder, "module", "inner", "main.go"), text);
  };
  const saysOf = async (program: string): Promise<string> => (await runCommand(program, [])).stdout;

  it("are kept, and built once by those who ask at once", async () => {
    const [one, other] = await Promise.all([ensureRecipe("inner", recipe()), ensureRecipe("inner", recipe())]);
    assert.equal(one, other);
    assert.equal(await saysOf(one), "first");
    const { mtimeMs } = await stat(one);
    assert.equal(await ensureRecipe("inner", recipe()), one);
    assert.equal((await stat(one)).mtimeMs, mtimeMs);
  });

  it("are built again when a file of theirs changed, in whatever folder of the module", async () => {
    const before = await ensureRecipe("inner", recipe());
    await writeProgram("second");
    const after = await ensureRecipe("inner", recipe());
    assert.notEqual(after, before);
    assert.equal(await saysOf(after), "second");
  });

  it("leave nothing behind of a build that fails, and say what is wrong with it", async () => {
    await writeFile(join(folder, "module", "inner", "main.go"), "package main\n\nfunc main() { nothing() }\n");
    await assert.rejects(ensureRecipe("inner", recipe()), /undefined: nothing[\s\S]*Go 1\.26\.1 or later/);
    const left = await readdir(join(cacheFolder(), "bin"));
    assert.equal(left.length, 2, left.join(", "));
  });

  it("are refused, with what to do, where the cache is no folder", async () => {
    const kept = process.env.AGENT_PLATFORM_CACHE;
    process.env.AGENT_PLATFORM_CACHE = join(folder, "module", "go.mod");
    try {
      await assert.rejects(ensureRecipe("inner", recipe()), (thrown) => {
        assert.ok(thrown instanceof PlatformError);
        assert.equal(thrown.exitCode, ExitCode.configuration);
        assert.match(thrown.faults[0]?.rule ?? "", /must be a folder .*ENOTDIR/);
        return true;
      });
    } finally {
      process.env.AGENT_PLATFORM_CACHE = kept;
    }
  });
});
