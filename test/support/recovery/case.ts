import { createServer, type Server } from "node:http";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ActionName } from "../../../operations/recovery/actions/names.js";
import { RunFiles } from "../../../operations/recovery/run/files.js";
import { temporaryFolder } from "../servers/process.js";
import { recover } from "./command.js";
import { smallPlan } from "./plan.js";

/** Answers everybody with the same status and what was posted last, until it is stopped. */
export class Answering {
  private server: Server | undefined;
  /** Called with every request before it is answered. */
  asked: () => void = () => undefined;

  constructor(
    private readonly port: number,
    private readonly status = 200,
    private readonly address = "127.0.0.1",
  ) {}

  async start(): Promise<void> {
    let posted = "{}";
    const server = createServer((request, response) => {
      this.asked();
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        if (request.method === "POST") posted = body;
        response.writeHead(this.status).end(JSON.stringify({ id: "1", ...(JSON.parse(posted) as object) }));
      });
    });
    await new Promise<void>((resolve) => server.listen(this.port, this.address, resolve));
    this.server = server;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve) ?? resolve(undefined));
  }
}

/**
 * A stack's state, site file and plan of its own; the site may be written again, as an operator would mend it.
 * @param stateFolder Where the run's records are kept; default beside the plan.
 */
export async function prepare(
  id: string,
  steps: Readonly<Record<string, readonly ActionName[]>>,
  stateFolder?: string,
) {
  const folder = await temporaryFolder("faults");
  const [plan, site] = [join(folder, "plan.yaml"), join(folder, "site.json")];
  const state = stateFolder ?? join(folder, "state");
  await writeFile(plan, JSON.stringify(smallPlan(id, steps)));
  const common = ["--site", site, "--state", state];
  const writeSite = async (more: object): Promise<void> => {
    const base = { stack: "production", primary: "us-east-1", control: { uri: `file://${join(folder, "control")}` } };
    const detection = { intervalSeconds: 0.1, failures: 2 };
    await writeFile(site, JSON.stringify({ ...base, detection, ttlSeconds: 1, ...more }));
  };
  const files = new RunFiles(state, "production");
  return {
    folder,
    files,
    writeSite,
    run: async (...more: string[]) => await recover(["run", plan, ...common, "--yes", ...more]),
    resume: async (...more: string[]) => await recover(["resume", (await files.ids("active"))[0]!, ...common, ...more]),
    ask: async (...args: string[]) => await recover([...args, ...common]),
  };
}
