import * as pulumi from "@pulumi/pulumi";
import * as settings from "@pulumi/pulumi/runtime/settings";
import * as state from "@pulumi/pulumi/runtime/state";
import { PlatformError, ExitCode, messageOf } from "../../common/errors.js";
import { RecordingMonitor, type Clouds, type RecordedResource } from "./recording.js";
import type { StackFile } from "./stack-files.js";

/** A Pulumi program as index.ts exports it. */
export type Program = () => Promise<Record<string, unknown>> | Record<string, unknown>;

export interface ProgramRun {
  readonly stack: string;
  /** In the order of registration; parents come before their children. */
  readonly resources: readonly RecordedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface RunOptions {
  /** Whether computed values of the clouds come from the table (default) or are all unknown, as in a first preview. */
  readonly outputsKnown?: boolean;
  /** What answers for the clouds in place of the table. */
  readonly clouds?: Clouds;
}

/**
 * Runs a program in this process on Pulumi's own mock runtime with the stack's real configuration. One run at a time:
 * the runtime's state is global.
 * @throws PlatformError for faults of the user's, or an error with the program's own message.
 */
export async function runProgram(program: Program, file: StackFile, options: RunOptions = {}): Promise<ProgramRun> {
  const monitor = new RecordingMonitor(options.outputsKnown ?? true, options.clouds);
  prepare(monitor, file);
  // The runtime keeps a stack trace for every promise, which was three quarters of a run's processor time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const stray: unknown[] = [];
  const onStray = (reason: unknown): void => void stray.push(reason);
  process.on("unhandledRejection", onStray);
  try {
    const outputs = ((await pulumi.runtime.runInPulumiStack(async () => await program())) ?? {}) as Record<
      string,
      unknown
    >;
    await pulumi.runtime.disconnect();
    await nextTurn();
    if (stray.length > 0) throw asError(stray[0]);
    return { stack: file.stack, resources: [...monitor.recorded.values()], outputs };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    await nextTurn();
    process.off("unhandledRejection", onStray);
    settings.disconnectSync();
  }
}

function prepare(monitor: RecordingMonitor, file: StackFile): void {
  settings.setMockOptions(monitor, file.project, file.stack, true, "organization");
  Object.assign(store(), {
    supportsSecrets: true,
    supportsResourceReferences: true,
    supportsOutputValues: false,
    supportsDeletedWith: true,
    supportsAliasSpecs: true,
    supportsTransforms: true,
    supportsInvokeTransforms: true,
    supportsParameterization: true,
    supportsResourceHooks: true,
  });
  pulumi.runtime.setAllConfig({ ...file.config }, [...file.secretKeys]);
}

/** A rejected output surfaces one turn later than the registration that it broke. */
async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** The runtime's own flags, which its `setMocks` sets and its types leave out. */
function store(): object {
  return (state as unknown as { getStore(): object }).getStore();
}

function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new PlatformError(messageOf(thrown), ExitCode.resource);
}
