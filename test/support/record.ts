import { runProgram, type Program, type ProgramRun } from "../../cli/preview/run-program.js";
import type { RecordedResource } from "../../cli/preview/recording.js";

/** Runs a piece of the program on the recording runtime, and finds what it registered. */
export async function record(program: () => unknown, options: { outputsKnown?: boolean } = {}): Promise<Recorded> {
  const whole: Program = () => {
    program();
    return {};
  };
  const file = { project: "agent-platform", stack: "test", config: {}, secretKeys: [] };
  return new Recorded(await runProgram(whole, file, options));
}

export class Recorded {
  readonly resources: readonly RecordedResource[];

  constructor(run: ProgramRun) {
    this.resources = run.resources;
  }

  /** Type and name of everything, sorted: an inventory. */
  inventory(type?: RegExp): string[] {
    return this.resources
      .filter((resource) => type === undefined || type.test(resource.type))
      .map((resource) => `${resource.type} ${resource.name}`)
      .sort();
  }

  /** The one resource of that name and type; fails where there is none or more than one. */
  one(type: string, name: string): RecordedResource {
    const found = this.resources.filter((resource) => resource.type === type && resource.name === name);
    if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} resources ${type} ${name}`);
    return found[0];
  }

  /** Name of a resource's parent. */
  parentOf(resource: RecordedResource): string | undefined {
    return this.resources.find(({ urn }) => urn === resource.parent)?.name;
  }
}
