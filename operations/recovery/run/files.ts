import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ExitCode, PlatformError } from "../../../common/errors.js";
import { openPlace } from "../site/places.js";
import type { Site } from "../site/site.js";
import type { RunRecord } from "./record.js";

/** Where runs are kept on this machine: `--state`, else the user's state folder. */
export function stateFolder(own?: string): string {
  if (own !== undefined) return own;
  return join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local", "state"), "agent-platform", "recovery");
}

export type RunShelf = "active" | "finished";

/**
 * The runs' records as files: what `status`, `watch` and `report` read without opening the engine's database, which one
 * process at a time may have open. Runs that are over lie apart, so that a thousand of them cost nothing.
 */
export class RunFiles {
  constructor(
    readonly root: string,
    readonly stack: string,
  ) {}

  private folder(shelf: RunShelf): string {
    return join(this.root, this.stack, shelf);
  }

  /** Folder of the embedded database of a plan: one run of it at a time, so one process at a time. */
  databaseFolder(plan: string): string {
    return join(this.root, this.stack, "engine", plan);
  }

  /** Written whole or not at all; a run that is over leaves the active shelf last. */
  async write(record: RunRecord, shelf: RunShelf): Promise<void> {
    const name = `${record.input.runId}.json`;
    const folder = this.folder(shelf);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const partial = join(folder, `.${name}.${process.pid}`);
    await writeFile(partial, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    await rename(partial, join(folder, name));
    if (shelf === "finished") await rm(join(this.folder("active"), name), { force: true });
  }

  /** Ids on a shelf, oldest first. */
  async ids(shelf: RunShelf): Promise<string[]> {
    const names = await readdir(this.folder(shelf)).catch(() => []);
    return names
      .filter((name) => name.endsWith(".json") && !name.startsWith("."))
      .map((name) => name.slice(0, -".json".length))
      .sort();
  }

  async find(id: string): Promise<RunRecord | undefined> {
    for (const shelf of ["finished", "active"] as const) {
      const text = await readFile(join(this.folder(shelf), `${id}.json`), "utf8").catch(() => undefined);
      if (text !== undefined) return JSON.parse(text) as RunRecord;
    }
    return undefined;
  }

  /** The run with that id, or the newest for `latest`. */
  async get(id: string): Promise<RunRecord> {
    const known = [...(await this.ids("finished")), ...(await this.ids("active"))].sort();
    const wanted = id === "latest" ? known.at(-1) : id;
    const found = wanted === undefined ? undefined : await this.find(wanted);
    if (found !== undefined) return found;
    const some = known.slice(-5).join(", ");
    throw new PlatformError(`there is no run ${JSON.stringify(id)} of ${this.stack}`, ExitCode.configuration, [
      {
        path: "run",
        received: id,
        rule: `must be the id of a run, or \`latest\`, in ${this.root}`,
        fix: some === "" ? "start one with `recover run`" : `one of ${some}`,
      },
    ]);
  }
}

/** A run's record on this machine, else the copy in the control bucket: whoever asks is often elsewhere. */
export async function findRun(files: RunFiles, site: Site, id: string): Promise<RunRecord | undefined> {
  const own = await files.find(id);
  if (own !== undefined) return own;
  const copy = await openPlace(site.control)
    .readVersion(`runs/${site.stack}/${id}.json`)
    .catch(() => undefined);
  return copy === undefined ? undefined : (JSON.parse(copy.text) as RunRecord);
}
