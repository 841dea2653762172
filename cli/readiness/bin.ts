#!/usr/bin/env node
// The readiness command alone: what the policy package ships as a compiled program, without the rest of the CLI.
import { Command } from "commander";
import { registerReadiness } from "./command.js";

const program = new Command("agent-platform").showHelpAfterError();
registerReadiness(program);
// A wrong flag is bad input: exit code 2, as for every other fault of the user's.
for (const command of [program, ...program.commands])
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
void program.parseAsync();
