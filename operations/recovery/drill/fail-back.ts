import { join } from "node:path";
import { poll } from "../../../common/poll.js";
import { openDatabase } from "../database.js";
import { carry } from "../engine/engine.js";
import { failBack } from "../plans/fail-back.js";
import { DrillClient } from "./client.js";
import { WARM_UP, type Drilled, type DrillOptions } from "./outage.js";
import { drillInput, resultOf } from "./result.js";
import type { StandOptions } from "./stand.js";

/**
 * The way back: a stand whose primary region was lost has it again, as a replica of the region that took over, and the
 * plan moves writes and traffic to it while a client writes. The stand is the caller's to stop.
 */
export async function drillFailBack(
  { stand }: Pick<Drilled, "stand">,
  standOptions: Pick<StandOptions, "folder" | "stack" | "primary" | "standby">,
  options: DrillOptions,
): Promise<Drilled> {
  const { folder, stack, primary: to, standby: from } = standOptions;
  const say = options.onProgress ?? (() => undefined);
  say("the lost region is whole again, and its database follows the other one");
  await stand.returnPrimary();
  const site = { ...stand.site, primary: from };
  await poll(
    async () => {
      const standing = await (await openDatabase(site, to))?.standing();
      return standing?.role === "replica" && standing.lagSeconds === 0 ? true : undefined;
    },
    { what: `the database of ${to} to follow`, timeoutMs: 60_000 },
  );
  const client = new DrillClient(site);
  client.start();
  await poll(() => (client.count >= WARM_UP ? true : undefined), { what: "the client's writes", timeoutMs: 120_000 });
  const { files, by, onRecord } = options;
  const input = { ...drillInput(options), stack, plan: failBack, from, to };
  const record = await carry(input, {
    site,
    files,
    by,
    engineFolder: join(folder, "engine-back"),
    ...(onRecord === undefined ? {} : { onRecord }),
  });
  return { result: resultOf(record, { by, client: await client.finish() }), record, stand };
}
