import { existsSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../common/command.js";
import { cacheFolder, say, withLock } from "../operations/local/servers/cache.js";

const VERSION = "v1.20.0";

/** Path of kube-score, the floor that the readiness command is measured against; built into the cache on first use. */
export async function ensureKubeScore(): Promise<string> {
  const folder = join(cacheFolder(), "bin", `kube-score-${VERSION}`);
  const binary = join(folder, "kube-score");
  if (existsSync(binary)) return binary;
  return await withLock(`${folder}.lock`, async () => {
    if (existsSync(binary)) return binary;
    say(`building kube-score ${VERSION} from source, about 90 s on two cores from cold`);
    await runCommand("go", ["install", `github.com/zegl/kube-score/cmd/kube-score@${VERSION}`], {
      env: { GOBIN: folder },
    });
    return binary;
  });
}
