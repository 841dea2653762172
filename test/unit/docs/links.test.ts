import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { documents } from "../../support/documents/blocks.js";
import { root } from "../../support/stacks.js";

const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Anchors of a document's headings, as GitHub makes them. */
function anchors(path: string): string[] {
  return [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("documents", () => {
  for (const document of [...documents, "CHANGELOG.md"]) {
    it(`${document}: every link leads to a file and a heading that are there`, () => {
      const links = [...read(document).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = ""]) => link);
      const broken = links.filter((link) => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? document : join(dirname(document), path);
        if (!existsSync(join(root, target))) return true;
        return anchor !== undefined && !anchors(target).includes(anchor);
      });
      assert.deepEqual(broken, []);
    });
  }

  it("are all reached from the README", () => {
    const readme = read("README.md");
    const missing = documents.filter((path) => /^docs\/[\w-]+\.md$/.test(path) && !readme.includes(`(${path}`));
    assert.deepEqual(missing, []);
  });
});
