import type { Site } from "./site/site.js";

/** What an action found or did: kept in the run's record. */
export interface Outcome {
  /** One line for people. */
  readonly summary: string;
  /** What was done to which resource, in the words of the tool that would do it by hand. */
  readonly commands?: readonly string[];
  /** Figures and findings that later actions and the report read. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
  /** Values that an approver may confirm or replace, such as the restore point. */
  readonly proposes?: Readonly<Record<string, string>>;
}

/** Why an action will not go on, which `--force <reason>` overrides; the record says so. */
export const refusals = ["outage-unconfirmed", "standby-unhealthy", "unfenced", "replica-lagging"] as const;
export type RefusalReason = (typeof refusals)[number];

/** A refusal is no failure of a tool: repeating the attempt changes nothing, so none is made. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly reason: RefusalReason,
    message: string,
  ) {
    super(message);
  }
}

/** What an action is given. */
export interface ActionContext {
  readonly site: Site;
  readonly runId: string;
  readonly planId: string;
  readonly stepId: string;
  /** The same for every attempt of this action in this run: whoever is asked twice does it once. */
  readonly key: string;
  /** Region that is recovered from, and the one that takes over. */
  readonly from: string;
  readonly to: string;
  /** Outcomes of earlier actions' facts, and values that approvers chose. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  readonly forced: readonly RefusalReason[];
  readonly drill: boolean;
  /** Addresses of the plan's contacts, in order of escalation. */
  readonly contacts: readonly string[];
  /** RFC 3339: when the run began. */
  readonly startedAt: string;
  readonly signal: AbortSignal;
}

export interface Action {
  /** One line: what it does. */
  readonly summary: string;
  /** What it would do to which resource; nothing is asked or changed. */
  readonly effects: (context: Pick<ActionContext, "site" | "from" | "to" | "runId" | "planId">) => readonly string[];
  readonly run: (context: ActionContext) => Promise<Outcome>;
}

/** Goes on where the operator forced it, and says so in the outcome; else refuses. */
export function refuseUnlessForced(context: ActionContext, reason: RefusalReason, why: string): string {
  if (context.forced.includes(reason)) return `FORCED (${reason}): ${why}`;
  throw new Refusal(reason, `${why}; --force ${reason} overrides it, and the record says so`);
}
