import { readFileSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A process by what nothing else can have: its id and the moment it started. */
export interface RecordedProcess {
  readonly name: string;
  readonly pid: number;
  /** Clock ticks since boot at which it started, from `/proc`; an id that was given out again has another. */
  readonly startedAt: string;
}

interface Entries {
  readonly processes: readonly RecordedProcess[];
  /** Folders of control groups that were made. */
  readonly cgroups: readonly string[];
  /** Notes by name, such as the path of a kubeconfig. */
  readonly notes: Readonly<Record<string, string>>;
}

const nothing: Entries = { processes: [], cgroups: [], notes: {} };

/** When a process started, or `undefined` where there is none. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name may hold anything, but ends with the last parenthesis; the start is field 22 of the whole.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Whether the very process that was recorded still runs. */
export function isRunning({ pid, startedAt }: RecordedProcess): boolean {
  return startOf(pid) === startedAt;
}

/**
 * What a local platform has made on this machine, on disk before it is used: `down` needs nothing else, in whatever way
 * the run that made it ended.
 */
export class Ledger {
  private entries: Entries = nothing;
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly file: string,
    private readonly onProcess: (pid: number) => void,
  ) {}

  /** Opens the ledger of a folder, which is made where it is absent; `onProcess` hears of every process as it starts. */
  static async open(folder: string, onProcess: (pid: number) => void = () => undefined): Promise<Ledger> {
    await mkdir(folder, { recursive: true });
    const ledger = new Ledger(join(folder, "ledger.json"), onProcess);
    const text = await readFile(ledger.file, "utf8").catch(() => undefined);
    if (text !== undefined) ledger.entries = { ...nothing, ...(JSON.parse(text) as Partial<Entries>) };
    return ledger;
  }

  get processes(): readonly RecordedProcess[] {
    return this.entries.processes;
  }

  get cgroups(): readonly string[] {
    return this.entries.cgroups;
  }

  get notes(): Readonly<Record<string, string>> {
    return this.entries.notes;
  }

  /** Records a process that was just started. */
  async process(name: string, pid: number): Promise<RecordedProcess> {
    const startedAt = startOf(pid);
    if (startedAt === undefined) throw new Error(`${name} (process ${pid}) ended as soon as it was started`);
    const process = { name, pid, startedAt };
    this.onProcess(pid);
    await this.write({ ...this.entries, processes: [...this.entries.processes, process] });
    return process;
  }

  async cgroup(folder: string): Promise<void> {
    await this.write({ ...this.entries, cgroups: [...this.entries.cgroups, folder] });
  }

  async note(name: string, value: string): Promise<void> {
    await this.write({ ...this.entries, notes: { ...this.entries.notes, [name]: value } });
  }

  /** Whole and at once, so that a run killed while it writes leaves the former ledger. */
  private async write(entries: Entries): Promise<void> {
    this.entries = entries;
    this.writing = this.writing.then(async () => {
      await writeFile(`${this.file}.new`, JSON.stringify(this.entries, null, 2), { mode: 0o600 });
      await rename(`${this.file}.new`, this.file);
    });
    await this.writing;
  }
}
