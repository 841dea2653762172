/** What one vantage point says of a region. `unknown`: it could not ask, which says nothing of the region. */
export type Verdict = "up" | "down" | "unknown";

export interface Observation {
  /** Who asked: `public-host`, `region-endpoint`, `api-server`, `health-check`. */
  readonly vantage: string;
  readonly verdict: Verdict;
  readonly detail: string;
}

/** Every vantage point's word at one moment, and whether places that should answer in any case did. */
export interface Round {
  readonly observations: readonly Observation[];
  /** Places outside the region: the standby, the control bucket. None answering means that it is us. */
  readonly references: readonly Observation[];
}

export type Decision =
  | { readonly kind: "outage"; readonly why: string }
  | { readonly kind: "healthy"; readonly why: string }
  | { readonly kind: "disputed"; readonly why: string }
  | { readonly kind: "blind"; readonly why: string };

const names = (all: readonly Observation[], verdict: Verdict): string =>
  all
    .filter((one) => one.verdict === verdict)
    .map(({ vantage, detail }) => `${vantage} (${detail})`)
    .join(", ") || "none";

function judgeRound({ observations, references }: Round): Decision {
  const count = (verdict: Verdict): number => observations.filter((one) => one.verdict === verdict).length;
  const down = count("down");
  const up = count("up");
  if (references.length > 0 && references.every(({ verdict }) => verdict !== "up")) {
    return {
      kind: "blind",
      why: `nothing outside the region answers either: ${references.map(({ vantage, detail }) => `${vantage} (${detail})`).join(", ")}`,
    };
  }
  // Two that agree, and more of them than of those who say otherwise: one blind or broken probe decides nothing.
  if (down >= 2 && down > up) return { kind: "outage", why: `down by ${names(observations, "down")}` };
  if (down === 0 && up > 0) return { kind: "healthy", why: `up by ${names(observations, "up")}` };
  return {
    kind: "disputed",
    why: `down by ${names(observations, "down")}; up by ${names(observations, "up")}; no word from ${names(observations, "unknown")}`,
  };
}

/** The rounds' decision: an outage is one only where every round says so; one good round in between ends it. */
export function decide(rounds: readonly Round[]): Decision {
  const judged = rounds.map(judgeRound);
  const last = judged.at(-1);
  if (last === undefined) return { kind: "disputed", why: "nobody was asked" };
  if (judged.every(({ kind }) => kind === "outage")) return last;
  if (last.kind !== "outage") return last;
  const good = judged.filter(({ kind }) => kind !== "outage").length;
  return { kind: "disputed", why: `${good} of ${judged.length} rounds did not see an outage; last: ${last.why}` };
}
