// The readiness command alone, compiled: what the policy package ships, and what runs for manifests and clusters, since
// reading the whole CLI's sources takes longer than a folder takes to judge.
import { Command } from "commander";
import { reportThrown } from "../outcome.js";
import { registerReadiness } from "./command.js";

const program = new Command("agent-platform").exitOverride().configureOutput({ writeErr: () => undefined });
registerReadiness(program);
program.parseAsync(process.argv.slice(2), { from: "user" }).catch((thrown: unknown) => {
  process.exitCode = reportThrown(thrown);
});
