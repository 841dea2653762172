import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { plans } from "../../operations/recovery/plans/index.js";
import type { Plan } from "../../operations/recovery/plans/plan.js";
import { loadPlan } from "../../operations/recovery/plans/validate.js";
import { findRun, RunFiles, stateFolder } from "../../operations/recovery/run/files.js";
import type { RunRecord } from "../../operations/recovery/run/record.js";
import { loadSite } from "../../operations/recovery/site/load.js";
import type { Site } from "../../operations/recovery/site/site.js";
import { loadStackSite, type StackSite } from "../../operations/recovery/site/stack.js";
import { userPath } from "../root.js";

export interface CommonOptions {
  readonly site?: string;
  readonly stack?: string;
  readonly state?: string;
  readonly database?: string;
  readonly json?: boolean;
  readonly as?: string;
}

export const say = (text: string): void => void process.stdout.write(`${text}\n`);
export const sayJson = (value: unknown): void => say(JSON.stringify(value, null, 2));

/** Who acts: a contact's address where given, else the user of this machine. */
export function operator({ as }: CommonOptions): string {
  return as ?? `${userInfo().username}@${hostname()}`;
}

/** Where runs, and what is kept of stacks, lie on this machine. */
export function stateOnDisk({ state }: CommonOptions): string {
  return stateFolder(state === undefined ? undefined : userPath(state));
}

/** The stack by its outputs; whatever was read before where they are out of reach, which is said. */
export async function readStack(stack: string, options: CommonOptions): Promise<StackSite> {
  const read = await loadStackSite(stack, join(stateOnDisk(options), stack.split("/").at(-1) ?? stack));
  if (read.stale !== undefined) {
    const { why, keptAt } = read.stale;
    process.stderr.write(`the outputs of ${stack} cannot be read (${why}): what was kept at ${keptAt} is used\n`);
  }
  return read;
}

/** Whether a stack or a site file was named. */
export function namesSite({ site, stack }: CommonOptions): boolean {
  return (site ?? stack ?? process.env.RECOVERY_SITE) !== undefined;
}

/** What the stack consists of: a site file wins over the stack's outputs. */
export async function requireSite(options: CommonOptions): Promise<Site> {
  const file = options.site ?? (options.stack === undefined ? process.env.RECOVERY_SITE : undefined);
  if (file !== undefined) return loadSite(userPath(file));
  if (options.stack !== undefined) return (await readStack(options.stack, options)).site;
  throw new PlatformError("no stack was named", ExitCode.configuration, [
    {
      path: "--stack",
      rule: "says whose outputs tell where the parts are; --site names a file that does",
      fix: "--stack production, or --site production.site.yaml, or RECOVERY_SITE",
    },
  ]);
}

export function runFiles(options: CommonOptions, site: Site): RunFiles {
  return new RunFiles(stateOnDisk(options), site.stack);
}

/** The record of a run, wherever it is kept. */
export async function findRecord(id: string, site: Site, options: CommonOptions): Promise<RunRecord> {
  const files = runFiles(options, site);
  return (id === "latest" ? undefined : await findRun(files, site, id)) ?? (await files.get(id));
}

/** The plan of that id, or from that file. */
export function requirePlan(name: string): Plan {
  const plan = /[./]/.test(name) ? loadPlan(userPath(name)) : plans.find(({ id }) => id === name);
  if (plan === undefined) {
    throw new PlatformError("there is no such plan", ExitCode.configuration, [
      {
        path: "plan",
        received: name,
        rule: "must be the id of a plan, or a YAML file",
        fix: `one of ${plans.map(({ id }) => id).join(", ")}`,
      },
    ]);
  }
  return plan;
}

/** A plan with the site's own objectives and contacts. */
export function withObjectives(plan: Plan, site?: Site): Plan {
  // The way back has no section of its own in the configuration: it has that of the way there.
  const own = site?.plans[plan.id] ?? (plan.id === "fail-back" ? site?.plans["region-outage"] : undefined) ?? {};
  return {
    ...plan,
    rtoMinutes: own.rtoMinutes ?? plan.rtoMinutes,
    rpoMinutes: own.rpoMinutes ?? plan.rpoMinutes,
    contacts: own.contacts ?? plan.contacts,
  };
}
