// The name server with health checks of an outage, in a process of its own in the platform's client space: it stands in
// for Route 53 there as it does in the recovery drill. It prints its address, then each change of what it answers.
import { openPlace } from "../../../operations/recovery/site/places.js";
import { StandInResolver, type ResolverOptions } from "../../../operations/recovery/drill/resolver.js";
import type { Place } from "../../../operations/recovery/site/site.js";

export interface ChecksPlan extends Omit<ResolverOptions, "probes"> {
  readonly healthPath: string;
  /** Where the primary's switch may be thrown, and its key. */
  readonly places: readonly Place[];
  readonly key: string;
}

/** A change of what the name server answers. */
export interface Answered {
  /** Milliseconds of the epoch. */
  readonly at: number;
  readonly answers: "primary" | "standby";
}

async function main({ healthPath, places, key, ...options }: ChecksPlan): Promise<void> {
  const healthy = (address: string) => async (): Promise<boolean> => {
    const answer = await fetch(`http://${address}${healthPath}`, { signal: AbortSignal.timeout(4_000) });
    await answer.body?.cancel();
    return answer.ok;
  };
  const thrown = async (): Promise<boolean> => {
    const found = await Promise.all(places.map(async (place) => await openPlace(place).readVersion(key)));
    return found.some((object) => object !== undefined);
  };
  const { primary, standby } = options.regions;
  const probes = { primary: healthy(primary.address), standby: healthy(standby.address), thrown };
  const resolver = new StandInResolver({ ...options, probes });
  await resolver.start();
  process.stdout.write(`${JSON.stringify({ address: resolver.address })}\n`);
  let answers = resolver.answers;
  setInterval(() => {
    if (resolver.answers === answers) return;
    answers = resolver.answers;
    process.stdout.write(`${JSON.stringify({ at: Date.now(), answers } satisfies Answered)}\n`);
  }, 50);
}

void main(JSON.parse(process.argv[2] ?? "") as ChecksPlan);
