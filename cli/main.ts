import { setSourceMapsSupport } from "node:module";
import { Command } from "commander";
import { commands } from "./commands.js";
import { reportThrown } from "./outcome.js";

const epilogue = `
Examples:
  agent-platform preview --stack production --html production.html
  agent-platform readiness --manifests ./manifests --fail-on warning
  agent-platform doctor --for deploy
  agent-platform complete bash > ~/.local/share/bash-completion/completions/agent-platform

From a checkout, "npm run NAME --" is the same as "agent-platform NAME".

Exit codes: 0 done, 1 error, 2 bad input, 3 authentication, 4 resource, 5 policy, 6 no such stack, 9 time-out.`;

// A stack trace is worth reading in our own sources; to read the maps of a thousand files of the SDKs takes a second.
setSourceMapsSupport(true, { nodeModules: false });

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
