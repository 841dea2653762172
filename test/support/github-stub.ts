import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface StubbedCall {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** GitHub's API as far as the pipelines use it: keeps comments and issues, on loopback. */
export async function startGitHub(): Promise<{
  readonly url: string;
  readonly calls: StubbedCall[];
  readonly comments: Map<number, string>;
  readonly issues: Map<number, Record<string, unknown>>;
  stop(): Promise<void>;
}> {
  const calls: StubbedCall[] = [];
  const comments = new Map<number, string>();
  const issues = new Map<number, Record<string, unknown>>();
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const path = (request.url ?? "").split("?")[0] ?? "";
      const method = request.method ?? "";
      calls.push({ method, path, body });
      const answer = request.headers.authorization === "Bearer good" ? handle(method, path, body) : undefined;
      response.writeHead(answer === undefined ? 403 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? { message: "Resource not accessible by integration" }));
    });
  });

  function handle(method: string, path: string, body: Record<string, unknown>): unknown {
    const [, kind = "", id = "", rest = ""] =
      /^\/repos\/o\/r\/issues(\/comments)?(?:\/(\d+))?(\/comments)?$/.exec(path) ?? [];
    if (kind !== "" && method === "PATCH") {
      comments.set(Number(id), String(body.body));
      return { id: Number(id) };
    }
    if (rest !== "") {
      if (method === "GET") return [...comments].map(([key, text]) => ({ id: key, body: text }));
      comments.set(comments.size + 1, String(body.body));
      return { id: comments.size };
    }
    if (method === "GET") {
      return [...issues]
        .filter(([, issue]) => issue.state !== "closed")
        .map(([number, issue]) => ({ number, ...issue }));
    }
    const number = id === "" ? issues.size + 1 : Number(id);
    issues.set(number, { ...issues.get(number), ...body });
    return { number };
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    comments,
    issues,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}
