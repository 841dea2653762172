import { readFileSync } from "node:fs";
import { z } from "zod";
import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import { requireVariables } from "./require.js";

const issue = z.looseObject({ number: z.number(), body: z.string().nullish(), title: z.string().optional() });
const comment = z.looseObject({ id: z.number(), body: z.string().nullish() });

export interface Issue {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
}

/** The few calls of GitHub's REST API that the pipelines need, on the repository that the job runs for. */
export class GitHub {
  private readonly base: string;

  constructor(
    private readonly token: string,
    repository: string,
    api: string,
  ) {
    this.base = `${api}/repos/${repository}`;
  }

  /** From the variables that GitHub Actions sets; `GITHUB_TOKEN` is handed over by the workflow. */
  static fromEnvironment(): GitHub {
    requireVariables(["GITHUB_TOKEN", "GITHUB_REPOSITORY"]);
    const { GITHUB_TOKEN = "", GITHUB_REPOSITORY = "", GITHUB_API_URL = "https://api.github.com" } = process.env;
    return new GitHub(GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL);
  }

  /** The comment on an issue or pull request whose body has the mark. */
  async findComment(number: number, mark: string): Promise<number | undefined> {
    for (let page = 1; ; page += 1) {
      const list = await this.call("GET", `/issues/${number}/comments?per_page=100&page=${page}`);
      const comments = z.array(comment).parse(list);
      const found = comments.find(({ body }) => body?.includes(mark));
      if (found !== undefined) return found.id;
      if (comments.length < 100) return undefined;
    }
  }

  async createComment(number: number, body: string): Promise<void> {
    await this.call("POST", `/issues/${number}/comments`, { body });
  }

  async updateComment(id: number, body: string): Promise<void> {
    await this.call("PATCH", `/issues/comments/${id}`, { body });
  }

  /** The oldest open issue with the label whose body has the mark. */
  async findIssue(label: string, mark: string): Promise<number | undefined> {
    const query = `state=open&labels=${encodeURIComponent(label)}&sort=created&direction=asc&per_page=100`;
    const issues = z.array(issue).parse(await this.call("GET", `/issues?${query}`));
    return issues.find(({ body }) => body?.includes(mark))?.number;
  }

  async createIssue(content: Issue): Promise<number> {
    return issue.parse(await this.call("POST", "/issues", content)).number;
  }

  async updateIssue(number: number, content: Partial<Issue> & { readonly state?: "closed" }): Promise<void> {
    await this.call("PATCH", `/issues/${number}`, content);
  }

  private async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${this.token}`,
        "content-type": "application/json",
        "x-github-api-version": "2022-11-28",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    }).catch((thrown: unknown) => {
      throw new PlatformError(`GitHub did not answer ${method} ${path}: ${messageOf(thrown)}`, ExitCode.error);
    });
    if (response.ok) return await response.json();
    const said = (await response.text()).slice(0, 300);
    const denied = response.status === 401 || response.status === 403;
    throw new PlatformError(
      `GitHub answered ${method} ${path} with ${response.status}: ${said}${denied ? " (does the job have the permission?)" : ""}`,
      denied ? ExitCode.authentication : ExitCode.error,
    );
  }
}

/** Number of the pull request that the job runs for. */
export function pullRequestOfEvent(): number {
  const path = process.env.GITHUB_EVENT_PATH;
  const event = z.looseObject({ pull_request: z.looseObject({ number: z.number() }) });
  const parsed = path === undefined ? undefined : event.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (parsed?.success) return parsed.data.pull_request.number;
  throw new PlatformError("there is no pull request to comment on", ExitCode.configuration, [
    { path: "--pull-request", rule: "is needed outside a pull request's job", fix: "--pull-request 12" },
  ]);
}

/** Address of this run, where the whole of a shortened comment can be found. */
export function runUrl(): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = process.env;
  return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined;
}
