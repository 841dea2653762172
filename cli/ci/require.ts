import { ExitCode, PlatformError } from "../../common/errors.js";

/** Those that are absent or empty. */
export function missingVariables(names: readonly string[], environment = process.env): string[] {
  return names.filter((name) => (environment[name] ?? "").trim() === "");
}

/**
 * Checks that secrets and variables are there before a pipeline does anything with them; values are never shown.
 * @throws PlatformError exit code 2 that names every one that is missing or empty.
 */
export function requireVariables(names: readonly string[], environment: NodeJS.ProcessEnv = process.env): void {
  const missing = missingVariables(names, environment);
  if (missing.length === 0) return;
  throw new PlatformError(
    `${missing.length} of ${names.length} secrets and variables are missing`,
    ExitCode.configuration,
    missing.map((name) => ({
      path: name,
      rule: "must be set for this job",
      fix: "add it under Settings, Secrets and variables, Actions, or to the job's environment (docs/pipelines.md says what each holds)",
    })),
  );
}
