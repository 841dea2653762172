import { readFileSync } from "node:fs";
import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import { userPath } from "../root.js";
import { GitHub, pullRequestOfEvent, runUrl } from "./github.js";
import { shorten } from "./shorten.js";

export interface CommentOptions {
  readonly key: string;
  readonly pullRequest?: number;
  readonly link?: string;
  readonly dryRun?: boolean;
}

/** The one comment of a key on a pull request: created the first time, rewritten from then on. */
export async function stickyComment(files: readonly string[], options: CommentOptions): Promise<string> {
  const mark = `<!-- agent-platform: ${options.key} -->`;
  const body = shorten(`${mark}\n${files.map(readBody).join("\n---\n\n")}`, options.link ?? runUrl());
  if (options.dryRun === true) return body;
  const number = options.pullRequest ?? pullRequestOfEvent();
  const github = GitHub.fromEnvironment();
  const known = await github.findComment(number, mark);
  if (known === undefined) await github.createComment(number, body);
  else await github.updateComment(known, body);
  return `${known === undefined ? "commented on" : "updated the comment on"} pull request ${number}`;
}

function readBody(path: string): string {
  try {
    return readFileSync(userPath(path), "utf8");
  } catch (thrown) {
    throw new PlatformError("the comment cannot be read", ExitCode.configuration, [
      { path, rule: messageOf(thrown), fix: "write it with preview --markdown > FILE" },
    ]);
  }
}
