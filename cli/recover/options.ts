import { hostname, userInfo } from "node:os";
import { ExitCode, PlatformError } from "../../common/errors.js";
import { plans } from "../../operations/recovery/plans/index.js";
import type { Plan } from "../../operations/recovery/plans/plan.js";
import { loadPlan } from "../../operations/recovery/plans/validate.js";
import { RunFiles, stateFolder } from "../../operations/recovery/run/files.js";
import { loadSite } from "../../operations/recovery/site/load.js";
import type { Site } from "../../operations/recovery/site/site.js";
import { userPath } from "../root.js";

export interface CommonOptions {
  readonly site?: string;
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

export function requireSite({ site }: CommonOptions): Site {
  const file = site ?? process.env.RECOVERY_SITE;
  if (file !== undefined) return loadSite(userPath(file));
  throw new PlatformError("no site was named", ExitCode.configuration, [
    {
      path: "--site",
      rule: "is the file that says where the stack's parts are",
      fix: "--site production.site.yaml, or RECOVERY_SITE",
    },
  ]);
}

export function runFiles(options: CommonOptions, site: Site): RunFiles {
  return new RunFiles(stateFolder(options.state === undefined ? undefined : userPath(options.state)), site.stack);
}

/** The plan of that id, or from that file, with the site's own objectives and contacts. */
export function requirePlan(name: string, site?: Site): Plan {
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
  const own = site?.plans[plan.id] ?? {};
  return {
    ...plan,
    rtoMinutes: own.rtoMinutes ?? plan.rtoMinutes,
    rpoMinutes: own.rpoMinutes ?? plan.rpoMinutes,
    contacts: own.contacts ?? plan.contacts,
  };
}
