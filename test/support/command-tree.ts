import { Command } from "commander";
import { commands } from "../../cli/commands.js";

/** The whole command line, with every command registered. */
export async function wholeProgram(): Promise<Command> {
  const program = new Command("agent-platform");
  for (const { register } of Object.values(commands)) (await register())(program);
  return program;
}

/** Calls of this project's commands in a text: a workflow's step, a document's block. */
export function callsIn(text: string): string[] {
  // What is substituted is a call of its own.
  const joined = text
    .replaceAll(/\\\n\s*/g, " ")
    .replaceAll("$(", "\n")
    .replaceAll(/\\"|\\'/g, "");
  const calls = joined.matchAll(
    /npm run (?:-s |--silent )?([a-z]+)(?: --(?= )([^#|>&;\n]*(?:\|[a-z|]+ [^#>&;\n]*)?))?/g,
  );
  return [...calls].map(([, name = "", args = ""]) => `${name} ${args}`.replaceAll(/\s+/g, " ").trim());
}

/** What of a call the command line does not know: a subcommand, or an option. */
export function unknownIn(program: Command, call: string): string[] {
  const [name = "", ...words] = call.split(/\s+/);
  let command = program.commands.find((candidate) => candidate.name() === name);
  if (command === undefined) return [];
  const unknown: string[] = [];
  for (const word of words.map((text) => text.replaceAll(/^["'[]|["'\]]$/g, ""))) {
    const below: Command[] = word
      .split("|")
      .flatMap((part) => command?.commands.find((candidate) => candidate.name() === part) ?? []);
    if (below.length > 0 && below.length < word.split("|").length) unknown.push(word);
    const [option] = word.split("=");
    const known = ["--help", ...command.options.flatMap(({ long, short }) => [long, short])];
    if (option?.startsWith("-") === true && option !== "--" && !known.includes(option)) unknown.push(option);
    command = below[0] ?? command;
  }
  // In prose a command stands for all that it has.
  if (command.commands.length > 0 && words.length > 0 && !words.includes("--help"))
    unknown.push(`${name}: no subcommand`);
  return unknown.map((word) => `${word} in: ${call}`);
}
