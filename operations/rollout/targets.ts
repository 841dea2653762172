import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../common/command.js";
import { ExitCode, PlatformError, showValue } from "../../common/errors.js";
import { readAll } from "../../common/faults.js";
import { openRegion } from "./api.js";
import type { RegionDelivery } from "./region.js";

const UNUSABLE = "the regions are not usable";

/** A region by its kubeconfig. */
export interface Target {
  readonly region: string;
  readonly role: "primary" | "secondary";
  readonly kubeconfigFile: string;
  readonly context?: string;
}

/** Reads `REGION=KUBECONFIG` or `REGION=KUBECONFIG#CONTEXT`, as the flags `--primary` and `--secondary` take it. */
export function parseTarget(role: Target["role"], text: string): Target {
  const match = /^([a-z0-9-]+)=([^#]+)(?:#(.+))?$/.exec(text);
  const [, region, kubeconfigFile, context] = match ?? [];
  const fault = (rule: string): PlatformError =>
    new PlatformError(UNUSABLE, ExitCode.configuration, [
      { path: `--${role}`, received: showValue(text), rule, fix: `--${role} us-east-1=/path/to/kubeconfig` },
    ]);
  if (region === undefined || kubeconfigFile === undefined) throw fault("must be REGION=KUBECONFIG[#CONTEXT]");
  if (!existsSync(kubeconfigFile)) throw fault("the kubeconfig does not exist");
  return { region, role, kubeconfigFile, ...(context !== undefined && { context }) };
}

/** Every target that the flags name. @throws PlatformError with the faults of all of them. */
export function parseTargets(given: Readonly<Record<Target["role"], readonly string[]>>): Target[] {
  const readers = (["primary", "secondary"] as const).flatMap((role) =>
    given[role].map((text) => () => parseTarget(role, text)),
  );
  return readAll<Target[]>(UNUSABLE, readers);
}

/** The stack's outputs that tell where its clusters are. */
interface StackOutputs {
  readonly regions?: Readonly<Record<string, { readonly role: Target["role"] }>>;
  readonly kubeconfigs?: Readonly<Record<string, string | object>>;
}

/**
 * Runs `work` with the regions of a stack, by the outputs `regions` and `kubeconfigs`. The kubeconfigs are secrets: they
 * are on disk for as long as the work takes, readable by this user alone.
 */
export async function withStackTargets<T>(stack: string, work: (targets: readonly Target[]) => Promise<T>): Promise<T> {
  const { stdout } = await runCommand("pulumi", ["stack", "output", "--json", "--show-secrets", "--stack", stack]);
  const { regions = {}, kubeconfigs = {} } = JSON.parse(stdout) as StackOutputs;
  const folder = await mkdtemp(join(tmpdir(), "agent-platform-rollout-"));
  try {
    const targets: Target[] = [];
    for (const [region, kubeconfig] of Object.entries(kubeconfigs)) {
      const kubeconfigFile = join(folder, `${region}.json`);
      const text = typeof kubeconfig === "string" ? kubeconfig : JSON.stringify(kubeconfig);
      await writeFile(kubeconfigFile, text, { mode: 0o600 });
      targets.push({ region, role: regions[region]?.role ?? "primary", kubeconfigFile });
    }
    if (targets.length === 0) {
      throw new PlatformError(`stack ${stack} has no output kubeconfigs: run pulumi up first`, ExitCode.stackNotFound);
    }
    return await work(targets);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface DeliveryNames {
  readonly namespace: string;
  readonly service: string;
  readonly canary: string;
}

/**
 * Opens the targets' APIs; nothing is asked yet.
 * @throws PlatformError with the faults of every kubeconfig that cannot be used.
 */
export async function openTargets(targets: readonly Target[], names: DeliveryNames): Promise<RegionDelivery[]> {
  const opened = await Promise.allSettled(
    targets.map(async ({ region, role, kubeconfigFile, context }) => {
      return { region, role, names, api: await openRegion(kubeconfigFile, names.namespace, context) };
    }),
  );
  return readAll<RegionDelivery[]>(
    UNUSABLE,
    opened.map((outcome) => () => {
      if (outcome.status === "fulfilled") return outcome.value;
      throw outcome.reason;
    }),
  );
}
