import { readFileSync } from "node:fs";
import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import { userPath } from "../root.js";
import { GitHub, pullRequestOfEvent, runUrl } from "./github.js";
import { shorten } from "./shorten.js";

export interface CommentOptions {
  readonly key: string;
  readonly pullRequest?: number;
  readonly link?: string;
}

export interface CommentOutcome {
  readonly action: "created" | "updated";
  readonly pullRequest: number;
}

const markOf = (key: string): string => `<!-- agent-platform: ${key} -->`;

/** The comment's body: the files one after another, shortened where GitHub would refuse it. */
export function commentBody(files: readonly string[], { key, link }: CommentOptions): string {
  return shorten(`${markOf(key)}\n${files.map(readBody).join("\n---\n\n")}`, link ?? runUrl());
}

/** The one comment of a key on a pull request: created the first time, rewritten from then on. */
export async function stickyComment(body: string, options: CommentOptions): Promise<CommentOutcome> {
  const pullRequest = options.pullRequest ?? pullRequestOfEvent();
  const github = GitHub.fromEnvironment();
  const known = await github.findComment(pullRequest, markOf(options.key));
  if (known === undefined) await github.createComment(pullRequest, body);
  else await github.updateComment(known, body);
  return { action: known === undefined ? "created" : "updated", pullRequest };
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
