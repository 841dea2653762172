import { runCommand } from "../../../common/command.js";
import type { Action, Outcome } from "../action.js";

interface Deployment {
  readonly deployment?: { readonly resources?: readonly { readonly urn: string; readonly type: string }[] };
}

/** The passwords and keys that the stack made: replacing one makes a new one, and whatever uses it is updated. */
export function credentialUrns(exported: Deployment): string[] {
  const made = new Set(["random:index/randomPassword:RandomPassword", "random:index/randomBytes:RandomBytes"]);
  return (exported.deployment?.resources ?? []).filter(({ type }) => made.has(type)).map(({ urn }) => urn);
}

/**
 * Through Pulumi and not in the cluster: a Secret that was changed by hand is changed back, to the password that somebody
 * else knows, by the next `up`.
 */
export const rotateSecrets: Action = {
  summary: "replace every password and key that the stack made, through Pulumi",
  effects: ({ site }) => [
    `pulumi up --stack ${site.stack} --replace <every random password>: new Secrets, pods restart`,
  ],
  run: async ({ site, key, signal }): Promise<Outcome> => {
    const stack = ["--stack", site.stack];
    const { stdout } = await runCommand("pulumi", ["stack", "export", ...stack]);
    const urns = credentialUrns(JSON.parse(stdout) as Deployment);
    if (urns.length === 0) throw new Error(`stack ${site.stack} has no passwords of its own: rotate by the runbook`);
    signal.throwIfAborted();
    // An update that carries this message was made by this run: an attempt that died after it need not replace again.
    const { stdout: history } = await runCommand("pulumi", [
      "stack",
      "history",
      "--json",
      "--page-size",
      "5",
      ...stack,
    ]);
    const done = (JSON.parse(history) as readonly { readonly message?: string; readonly result?: string }[]).some(
      ({ message, result }) => message === key && result === "succeeded",
    );
    const args = [
      "up",
      "--yes",
      "--skip-preview",
      "--message",
      key,
      ...stack,
      ...urns.flatMap((urn) => ["--replace", urn]),
    ];
    if (!done) await runCommand("pulumi", args);
    return {
      summary: `${urns.length} passwords and keys are new; tokens that the stack did not make are listed in the runbook`,
      commands: [`pulumi up --stack ${site.stack} ${urns.map((urn) => `--replace '${urn}'`).join(" ")}`],
      facts: { rotated: urns.length },
    };
  },
};
