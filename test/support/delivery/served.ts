import assert from "node:assert/strict";
import type { Moment } from "./routing-history.js";

const isUnserved = ({ destinations }: Moment): boolean =>
  destinations.length === 0 || destinations.some(({ share, ready }) => share > 0 && ready === 0);

const readyBehind = ({ destinations }: Moment): number =>
  destinations.reduce((sum, { share, ready }) => sum + (share > 0 ? ready : 0), 0);

/** At no moment was a route without ready pods, nor the public host short of `replicas` of them. */
export function assertAllServed(moments: readonly Moment[], replicas: number): void {
  assert.ok(moments.length > 0, "nothing was recorded");
  assert.deepEqual(moments.filter(isUnserved), []);
  const least = Math.min(...moments.filter(({ route }) => route === "default").map(readyBehind));
  process.stdout.write(`    ${moments.length} states, at least ${least} pods ready behind the public host\n`);
  assert.ok(least >= replicas, `${least} pods ready`);
}
