import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../stacks.js";

/** Type and judge of every row that docs/limits.md has for a cloud, by type. */
export function judgesInDocs(cloud: "aws" | "gcp"): (readonly [string, string])[] {
  const limits = readFileSync(join(root, "docs", "limits.md"), "utf8");
  const rows = [...limits.matchAll(/^\| (\S+:\S+) +\| (.+?) +\|$/gm)].map(
    ([, type = "", by = ""]) => [type, by] as const,
  );
  return rows.filter(([type]) => type.startsWith(`${cloud}:`)).sort(([one], [other]) => (one < other ? -1 : 1));
}
