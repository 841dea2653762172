import type { StackConfig } from "../../config/schema/stack.js";
import { validateConfig } from "../../config/validate.js";
import { projectRoot } from "../root.js";
import { readStackFile } from "./stack-files.js";

/**
 * A stack's whole configuration, with every default, without running the program.
 * @throws PlatformError exit code 6 where there is no such stack, 2 where its configuration is wrong.
 */
export function stackConfig(stack: string): StackConfig {
  const { project, config } = readStackFile(projectRoot, stack);
  const raw = Object.entries(config).map(([key, text]) => {
    const name = key.slice(project.length + 1);
    return [name, name === "environment" ? text : (JSON.parse(text) as unknown)];
  });
  return validateConfig(Object.fromEntries(raw), stack);
}
