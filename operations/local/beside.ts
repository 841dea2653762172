// What works beside a region of a local platform, in a process of its own that `local down` ends: network policies are
// enforced, volumes are provisioned, and PostgreSQL's operator is stood in for.
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../common/errors.js";
import { Enforcer } from "./policies/enforce.js";
import { openKubeconfig } from "./servers/region/access.js";
import { BackupStandIn } from "./system/operator-backups.js";
import { OperatorStandIn } from "./system/operator.js";
import { FolderProvisioner } from "./system/volumes.js";

/** Where it works: given as JSON on its command line. */
export interface BesidePlan {
  readonly kubeconfig: string;
  /** Process id of each node's space, the first node's first. */
  readonly nodes: Readonly<Record<string, number>>;
  /** Folder of this machine that is /var/lib of each node. */
  readonly folders: Readonly<Record<string, string>>;
}

async function repeat(look: () => Promise<void>, everyMs: number): Promise<never> {
  for (let said = ""; ;) {
    try {
      await look();
    } catch (thrown) {
      // What is in force stays so; the API or a node may be down on purpose, and definitions may not be there yet.
      const why = messageOf(thrown);
      if (why !== said) process.stderr.write(`${new Date().toISOString()} ${why}\n`);
      said = why;
    }
    await sleep(everyMs);
  }
}

async function main(plan: BesidePlan): Promise<void> {
  const api = await openKubeconfig(plan.kubeconfig);
  const enforcer = await Enforcer.open(api, plan.nodes);
  const operator = new OperatorStandIn(api, plan.nodes);
  const volumes = new FolderProvisioner(api, plan.folders);
  const backups = new BackupStandIn(api, plan.folders);
  await Promise.all([
    repeat(async () => await enforcer.look(), 400),
    repeat(async () => await operator.look(), 1000),
    repeat(async () => await volumes.look(), 1000),
    repeat(async () => await backups.look(), 1000),
  ]);
}

void main(JSON.parse(process.argv[2] ?? "") as BesidePlan);
