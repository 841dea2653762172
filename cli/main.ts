import { Command } from "commander";
import { reportThrown } from "./outcome.js";

/** A command's module, loaded only when it is the one that runs: a preview does not pay for the backup's libraries. */
interface CommandModule {
  readonly summary: string;
  readonly register: () => Promise<(program: Command) => void>;
}

const commands: Readonly<Record<string, CommandModule>> = {
  preview: {
    summary: "show everything that a stack would create, offline",
    register: async () => (await import("./preview/command.js")).registerPreview,
  },
  diagram: {
    summary: "draw a stack's topology from its resource graph",
    register: async () => (await import("./diagram/command.js")).registerDiagram,
  },
  render: {
    summary: "write every object of a stack to files",
    register: async () => (await import("./render/command.js")).registerRender,
  },
  readiness: {
    summary: "judge a stack, manifests or a live cluster by the rule book",
    register: async () => (await import("./readiness/command.js")).registerReadiness,
  },
  rollout: {
    summary: "watch, promote, pause, abort or wait for a rollout",
    register: async () => (await import("./rollout/command.js")).registerRollout,
  },
  backup: {
    summary: "back up, verify and restore the data stores",
    register: async () => (await import("./backup/command.js")).registerBackup,
  },
  ci: {
    summary: "the steps of the pipelines: require, risk, comment, drift, plan, deliver",
    register: async () => (await import("./ci/command.js")).registerCi,
  },
  local: {
    summary: "run the platform on this machine: two regions with real pods",
    register: async () => (await import("./local/command.js")).registerLocal,
  },
  recover: {
    summary: "carry a recovery plan through, and keep its record",
    register: async () => (await import("./recover/command.js")).registerRecover,
  },
  doctor: {
    summary: "what this machine lacks, and how to get it",
    register: async () => (await import("./doctor/command.js")).registerDoctor,
  },
  smoke: {
    summary: "test a public host: health, readiness, a read and a write",
    register: async () => (await import("./smoke/command.js")).registerSmoke,
  },
};

const epilogue = `
Examples:
  agent-platform preview --stack production --html production.html
  agent-platform readiness --manifests ./manifests --fail-on warning
  agent-platform doctor --for deploy
  agent-platform complete bash > ~/.local/share/bash-completion/completions/agent-platform

From a checkout, "npm run NAME --" is the same as "agent-platform NAME".

Exit codes: 0 done, 1 error, 2 bad input, 3 authentication, 4 resource, 5 policy, 6 no such stack, 9 time-out.`;

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("agent-platform")
    .description("Takes an AI-agent memory service to production on two clouds, and keeps it there.")
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addHelpText("after", epilogue);
  if (argv[0] === "complete") {
    for (const { register } of Object.values(commands)) (await register())(program);
    await (await import("./completion.js")).addCompletion(program);
    await program.parseAsync([...argv], { from: "user" });
    return;
  }
  const wanted = argv.find((argument) => argument in commands);
  for (const [name, { summary, register }] of Object.entries(commands)) {
    if (name === wanted) (await register())(program);
    else program.command(name).description(summary);
  }
  await program.parseAsync([...argv], { from: "user" });
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  process.exitCode = reportThrown(thrown);
});
