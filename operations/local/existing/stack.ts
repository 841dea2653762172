import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LocalWorkspaceOptions, Stack } from "@pulumi/pulumi/automation/index.js";
import { parse, stringify } from "yaml";
import { runCommand } from "../../../common/command.js";

/** How many resources each operation touched, such as `{ create: 3 }`. */
export type Changes = Readonly<Record<string, number>>;

const STACK = "local";
const PASSPHRASE = "passphrase";

/**
 * The stack `local` under the Pulumi engine, with a project, state and passphrase of its own in the platform's folder:
 * no backend that the user is logged in to has anything to do with it.
 */
export class EngineStack {
  private constructor(
    private readonly stack: Stack,
    private readonly folder: string,
  ) {}

  /** Whether a platform's folder has such a stack. */
  static exists(folder: string): boolean {
    return existsSync(join(folder, "engine", PASSPHRASE));
  }

  /** @param program Folder of the program, with its Pulumi.yaml. */
  static async open(platformFolder: string, program: string): Promise<EngineStack> {
    const folder = join(platformFolder, "engine");
    const passphrase = join(folder, PASSPHRASE);
    await mkdir(join(folder, "state"), { recursive: true, mode: 0o700 });
    if (!existsSync(passphrase)) await writeFile(passphrase, randomBytes(24).toString("hex"), { mode: 0o600 });
    const project = parse(await readFile(join(program, "Pulumi.yaml"), "utf8")) as object;
    await writeFile(
      join(folder, "Pulumi.yaml"),
      stringify({ ...project, main: join(program, "index.ts"), stackConfigDir: undefined }),
    );
    const options: LocalWorkspaceOptions = {
      envVars: {
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    };
    // Loaded late: whoever has no cluster of their own never needs it.
    const { LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
    const stack = await LocalWorkspace.createOrSelectStack({ stackName: STACK, workDir: folder }, options);
    return new EngineStack(stack, folder);
  }

  /** Makes the clusters what the configuration says; what the engine says of it is heard while it works. */
  async up(config: Readonly<Record<string, unknown>>, hear: (text: string) => void): Promise<Changes> {
    const file = join(this.folder, `Pulumi.${STACK}.yaml`);
    const { encryptionsalt } = parse(await readFile(file, "utf8")) as { encryptionsalt?: string };
    await writeFile(file, stringify({ encryptionsalt, config }), { mode: 0o600 });
    const { summary } = await this.stack.up({ onOutput: hear, onError: hear, color: "never", suppressProgress: true });
    return summary.resourceChanges ?? {};
  }

  /** How many resources there are to delete. */
  async size(): Promise<number> {
    const exported = await this.stack.exportStack();
    const { resources = [] } = exported.deployment as { resources?: { custom?: boolean; type: string }[] };
    return resources.filter(({ custom, type }) => custom === true && !type.startsWith("pulumi:")).length;
  }

  /** Deletes everything, also what is protected: the databases. */
  async destroy(hear: (text: string) => void): Promise<Changes> {
    // The automation API has no word for it.
    await runCommand("pulumi", ["state", "unprotect", "--all", "--yes", "--stack", STACK, "--non-interactive"], {
      cwd: this.folder,
      env: this.stack.workspace.envVars,
    });
    const { summary } = await this.stack.destroy({
      onOutput: hear,
      onError: hear,
      color: "never",
      suppressProgress: true,
    });
    return summary.resourceChanges ?? {};
  }
}
