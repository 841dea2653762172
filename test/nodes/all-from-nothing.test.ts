import assert from "node:assert/strict";
import { join } from "node:path";
import { runCommand } from "../../common/command.js";
import { missingRequirements } from "../../operations/local/requirements.js";
import { skip, soak } from "../support/counts.js";
import { temporaryFolder } from "../support/servers/process.js";

const root = join(__dirname, "..", "..");
const MINUTE = 60_000;

describe("a local platform from nothing at all", function () {
  // A machine that others load as well takes as long as it takes; what it took is judged in the end.
  this.timeout(60 * MINUTE);
  let env: Record<string, string>;

  const local = async (...args: string[]): Promise<string> => {
    const { stderr } = await runCommand(process.execPath, ["scripts/start.js", "cli/main.ts", "local", ...args], {
      cwd: root,
      env,
      heard: (text) => void process.stderr.write(text),
    });
    return stderr;
  };

  before(async function () {
    if (!soak) skip(this, "builds every server, which takes twenty minutes and 15 GB of disk: at full counts");
    const missing = await missingRequirements();
    if (missing.length > 0) skip(this, missing.join("; "));
    const folder = await temporaryFolder("nothing");
    // No server, image or package of Python, and nothing that Go has compiled or downloaded; Debian's packages are there.
    env = {
      AGENT_PLATFORM_CACHE: join(folder, "cache"),
      GOCACHE: join(folder, "go-build"),
      GOMODCACHE: join(folder, "go-modules"),
      PIP_CACHE_DIR: join(folder, "pip"),
    };
  });

  after(async () => {
    if (soak) await local("down", "--name", "nothing");
  });

  it("serves in both regions within twenty minutes", async () => {
    const said = await local("up", "--name", "nothing");
    const seconds = Number(/^up after (\d+) s$/m.exec(said)?.[1]);
    process.stdout.write(`    both regions serve ${(seconds / 60).toFixed(1)} min after nothing\n`);
    assert.ok(seconds <= 20 * 60, `${seconds} s`);
  });
});
