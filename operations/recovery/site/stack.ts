import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../../common/command.js";
import { ExitCode, messageOf, PlatformError, type Fault } from "../../../common/errors.js";
import { parseSite } from "./load.js";
import type { Site } from "./site.js";

/** A state that does not answer must not hold up a recovery. */
const PULUMI_MS = 45_000;

interface RawRegion {
  readonly url?: string;
  readonly kubeconfig?: string;
}

interface RawSite {
  readonly stack: string;
  readonly control?: object;
  readonly regions: Readonly<Record<string, RawRegion>>;
}

interface Outputs {
  readonly recovery?: RawSite;
  readonly kubeconfigs?: Readonly<Record<string, string | object>>;
}

/** A stack's site and where it was read: its outputs just now, or what an earlier command had kept of them. */
export interface StackSite {
  readonly site: Site;
  /** As plain data, as a site file would hold it. */
  readonly raw: object;
  /** Set where the outputs could not be read: why, and from when the copy is. */
  readonly stale?: { readonly why: string; readonly keptAt: string };
}

/** Whether a kubeconfig lets in whoever holds it, instead of naming a command that asks a cloud for a token. */
export function holdsCredential(kubeconfig: object): boolean {
  const { users = [] } = kubeconfig as { readonly users?: readonly { readonly user?: object }[] };
  return users.some(({ user = {} }) => Object.keys(user).some((key) => key !== "exec"));
}

async function writePrivately(file: string, text: string): Promise<void> {
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, text, { mode: 0o600 });
  await rename(partial, file);
}

let temporary: string | undefined;

/** For what must not outlive the process. */
function temporaryFolder(): string {
  if (temporary !== undefined) return temporary;
  const folder = mkdtempSync(join(tmpdir(), "agent-platform-recovery-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  temporary = folder;
  return folder;
}

async function keepKubeconfig(
  folder: string,
  region: string,
  given: string | object,
): Promise<{ readonly file: string; readonly kept: boolean }> {
  const config = typeof given === "string" ? (JSON.parse(given) as object) : given;
  const kept = !holdsCredential(config);
  const file = join(kept ? folder : temporaryFolder(), `kubeconfig-${region}.json`);
  await writePrivately(file, JSON.stringify(config));
  return { file, kept };
}

function requireUsable(stack: string, { recovery }: Outputs): RawSite {
  if (recovery === undefined) {
    throw new PlatformError(`stack ${stack} has no output recovery: run pulumi up first`, ExitCode.stackNotFound);
  }
  const faults: Fault[] = [];
  if (recovery.control === undefined) {
    faults.push({
      path: "failover.leaseUrl",
      rule: "a recovery needs a bucket outside every region, for its claims, approvals and records",
      fix: "set failover.leaseUrl (or recovery.controlUrl) and run pulumi up, or name a site file with --site",
    });
  }
  if (Object.values(recovery.regions).some(({ url }) => url === undefined)) {
    faults.push({
      path: "failover.dns.enabled",
      received: "false",
      rule: "the regions have no names of their own at which each can be asked",
      fix: "name a site file with their URLs: --site FILE",
    });
  }
  if (faults.length > 0) {
    throw new PlatformError(`stack ${stack} does not say enough to be recovered:`, ExitCode.configuration, faults);
  }
  return recovery;
}

async function readOutputs(stack: string, folder: string): Promise<StackSite> {
  const command = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  const { stdout } = await runCommand("pulumi", command, { timeoutMs: PULUMI_MS });
  const outputs = JSON.parse(stdout) as Outputs;
  const recovery = requireUsable(stack, outputs);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [now, kept] = [{ ...recovery.regions }, { ...recovery.regions }];
  for (const [key, region] of Object.entries(recovery.regions)) {
    const given = outputs.kubeconfigs?.[key];
    if (given === undefined) continue;
    const kubeconfig = await keepKubeconfig(folder, key, given);
    now[key] = { ...region, kubeconfig: kubeconfig.file };
    if (kubeconfig.kept) kept[key] = now[key];
  }
  const raw = { ...recovery, regions: now };
  const site = parseSite(raw, `output recovery of stack ${stack}`);
  const copy = { keptAt: new Date().toISOString(), site: { ...recovery, regions: kept } };
  await writePrivately(join(folder, "site.json"), `${JSON.stringify(copy)}\n`);
  return { site, raw };
}

/**
 * The site of a stack, by its outputs `recovery` and `kubeconfigs`. What was read is kept in `folder` (without
 * kubeconfigs that hold a credential): on the day, Pulumi's state may be out of reach, and the copy is used then.
 * @throws PlatformError where the outputs say too little, or cannot be read and were never before.
 */
export async function loadStackSite(stack: string, folder: string): Promise<StackSite> {
  try {
    return await readOutputs(stack, folder);
  } catch (thrown) {
    if (thrown instanceof PlatformError && (thrown.faults.length > 0 || thrown.exitCode === ExitCode.stackNotFound)) {
      throw thrown;
    }
    const why = messageOf(thrown).split("\n").slice(0, 2).join(" ");
    const text = await readFile(join(folder, "site.json"), "utf8").catch(() => undefined);
    if (text === undefined) {
      throw new PlatformError(
        `the outputs of stack ${stack} cannot be read, and none were kept on this machine: ${why}`,
        ExitCode.resource,
        [{ path: "--stack", received: stack, rule: "must be a deployed stack within reach", fix: "--site FILE" }],
      );
    }
    const { keptAt, site: raw } = JSON.parse(text) as { readonly keptAt: string; readonly site: object };
    return { site: parseSite(raw, `${folder}/site.json`), raw, stale: { why, keptAt } };
  }
}
