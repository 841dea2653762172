import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { runCommand, type CommandResult } from "../../../common/command.js";
import { ExitCode, PlatformError } from "../../../common/errors.js";

export interface EngineOptions {
  /** Folder of the program, with its Pulumi.yaml. */
  readonly program: string;
  readonly stack: string;
  /** Ports of providers that are attached instead of launched, by package. */
  readonly attached: Readonly<Record<string, number>>;
  /** PATH of the engine and its providers; default this process's. */
  readonly path?: string;
  /** Added to the environment of the engine and its providers. */
  readonly env?: Readonly<Record<string, string>>;
  /** Configuration of the stack: full keys to values. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A step of a preview, as far as the tests read it. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly newState?: {
    readonly type: string;
    readonly parent?: string;
    readonly provider?: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly protect?: boolean;
    readonly retainOnDelete?: boolean;
  };
}

export interface Preview {
  readonly steps: readonly Step[];
  readonly changeSummary: Readonly<Record<string, number>>;
  readonly diagnostics?: readonly { readonly message: string; readonly severity: string }[];
}

/**
 * The real Pulumi CLI on one stack, whose state and configuration live in a temporary folder: the program's own folder
 * is only read.
 */
export class Engine {
  private readonly folder = mkdtempSync(join(tmpdir(), "agent-platform-engine-"));
  private readonly configFile: string;

  private constructor(private readonly options: EngineOptions) {
    this.configFile = join(this.folder, `Pulumi.${options.stack}.yaml`);
  }

  static async create(options: EngineOptions): Promise<Engine> {
    const engine = new Engine(options);
    mkdirSync(join(engine.folder, "state"));
    const project = readFileSync(join(options.program, "Pulumi.yaml"), "utf8");
    const main = JSON.stringify(join(options.program, "index.ts"));
    writeFileSync(join(engine.folder, "Pulumi.yaml"), project.replace(/^main: .*$/m, `main: ${main}`));
    // The only command that takes no --config-file: it writes the salt of the secrets beside the Pulumi.yaml it is
    // pointed at, which is the copy.
    await engine.run(["stack", "init", options.stack, "--no-select", "--cwd", engine.folder]);
    appendFileSync(engine.configFile, stringify({ config: options.config }));
    return engine;
  }

  async preview(...flags: readonly string[]): Promise<Preview> {
    const { stdout } = await this.command("preview", ["--json", ...flags]);
    return JSON.parse(stdout) as Preview;
  }

  /** `preview` as a user sees it; gives a refusal by policy instead of throwing it. */
  async tryPreview(...flags: readonly string[]): Promise<CommandResult> {
    return this.command("preview", flags, [ExitCode.error, ExitCode.policy]);
  }

  /** @returns how many resources each operation touched, such as `{ create: 3 }` or `{ same: 3 }`. */
  async up(...flags: readonly string[]): Promise<Readonly<Record<string, number>>> {
    await this.command("up", ["--yes", "--skip-preview", ...flags]);
    return this.lastChanges();
  }

  /** `destroy` with its preview, as a user would type it; gives the refusal instead of throwing it. */
  async tryDestroy(): Promise<CommandResult> {
    return this.command("destroy", ["--yes"], [ExitCode.error, ExitCode.resource]);
  }

  async destroy(): Promise<Readonly<Record<string, number>>> {
    await this.command("destroy", ["--yes", "--skip-preview"]);
    return this.lastChanges();
  }

  async unprotectAll(): Promise<void> {
    await this.run(["state", "unprotect", "--all", "--yes", ...this.where()]);
  }

  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    const { stdout } = await this.run(["stack", "output", "--json", ...this.where()]);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** Changes the stack's configuration as `pulumi config set` would. */
  configure(values: Readonly<Record<string, unknown>>): void {
    const file = parse(readFileSync(this.configFile, "utf8")) as { config?: Record<string, unknown> };
    rmSync(this.configFile);
    appendFileSync(this.configFile, stringify({ ...file, config: { ...file.config, ...values } }));
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * Does something with this process where and as a user would do it who works on the stack: in a project of its own, so
   * that `pulumi` finds state, configuration and program without being told.
   */
  async inProject<T>(work: () => Promise<T>): Promise<T> {
    const folder = process.cwd();
    const environment = this.environment();
    const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
    process.chdir(this.folder);
    Object.assign(process.env, environment);
    try {
      return await work();
    } finally {
      process.chdir(folder);
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
  }

  /** Values of the secrets that the stack made, by URN. */
  async passwords(): Promise<ReadonlyMap<string, string>> {
    const { stdout } = await this.run(["stack", "export", "--show-secrets", ...this.where()]);
    const { deployment } = JSON.parse(stdout) as {
      deployment: { resources: { urn: string; type: string; outputs?: { result?: { plaintext?: string } } }[] };
    };
    const made = deployment.resources.filter(({ type }) => type === "random:index/randomPassword:RandomPassword");
    return new Map(
      made.map(({ urn, outputs }) => [urn, JSON.parse(outputs?.result?.plaintext ?? '""') as string] as const),
    );
  }

  private environment(): Record<string, string> {
    const attached = Object.entries(this.options.attached).map(([name, port]) => `${name}:${port}`);
    return {
      ...this.options.env,
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "of a stack that lives as long as its test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DEBUG_PROVIDERS: attached.join(","),
      PATH: this.options.path ?? process.env.PATH ?? "",
    };
  }

  private async lastChanges(): Promise<Readonly<Record<string, number>>> {
    const { stdout } = await this.run(["stack", "history", "--json", "--page-size", "1", ...this.where()]);
    const [latest] = JSON.parse(stdout) as { resourceChanges?: Record<string, number> }[];
    if (latest?.resourceChanges === undefined) throw new PlatformError("the stack has no history");
    return latest.resourceChanges;
  }

  private where(): string[] {
    return ["--stack", this.options.stack, "--cwd", this.options.program];
  }

  private async command(name: string, flags: readonly string[], allowExitCodes: readonly number[] = []) {
    const args = [name, ...this.where(), "--config-file", this.configFile, ...flags];
    return this.run(args, allowExitCodes);
  }

  /** Runs the CLI; a failure that is no answer shows the engine's diagnostics, which come before a long summary. */
  private async run(args: readonly string[], allowExitCodes: readonly number[] = []): Promise<CommandResult> {
    const result = await runCommand("pulumi", [...args, "--non-interactive"], {
      allowExitCodes: Object.values(ExitCode),
      env: this.environment(),
    });
    if (result.exitCode === 0 || allowExitCodes.includes(result.exitCode)) return result;
    const diagnostics = /^Diagnostics:.*?(?=^(?:Outputs|Resources):)/ms.exec(result.stdout)?.[0];
    throw new PlatformError(
      `pulumi ${args[0]} ended with exit code ${result.exitCode}:\n${result.stderr}${diagnostics ?? result.stdout}`,
    );
  }
}
