/** Time and size of a source, by its path from the project's root; undefined where it is gone. */
export function stampOf(path: string): string | undefined;
/** Whether a compiled file, such as `command.js`, is still what its sources say. */
export function isCurrent(output: string): boolean;
/** Runs a compiled file, with what V8 made of it before. */
export function runCompiled(output: string): void;
