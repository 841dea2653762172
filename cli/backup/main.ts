// `agent-platform-backup`: the backup commands alone, as the image of the backup jobs runs them.
import { Command } from "commander";
import { reportThrown } from "../outcome.js";
import { registerBackup } from "./command.js";

const program = new Command("agent-platform").exitOverride().configureOutput({ writeErr: () => undefined });
registerBackup(program);
program.parseAsync(["backup", ...process.argv.slice(2)], { from: "user" }).catch((thrown: unknown) => {
  process.exitCode = reportThrown(thrown);
});
