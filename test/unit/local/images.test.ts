import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { imageArchive } from "../../../operations/local/images/catalogue.js";
import { useOwnCache } from "../../support/own-cache.js";

describe("archives of images", () => {
  useOwnCache("images");

  const made = async (text: string): Promise<string> =>
    await imageArchive({
      names: ["example.test/some:1"],
      entries: [{ path: "/etc/some", text }],
      entrypoint: ["/bin/some"],
    });
  const usedTwoDaysAgo = async (file: string): Promise<void> => {
    const then = new Date(Date.now() - 48 * 3_600_000);
    await utimes(file, then, then);
  };
  it("are kept while somebody asks for them, and removed when another is written a day after", async () => {
    const [asked, forgotten] = [await made("asked"), await made("forgotten")];
    await usedTwoDaysAgo(asked);
    await usedTwoDaysAgo(forgotten);
    const parts = join(dirname(asked), "parts-of-images");
    await mkdir(parts);
    await usedTwoDaysAgo(parts);
    assert.equal(await made("asked"), asked);
    assert.ok(existsSync(forgotten), "asking for one removes none");
    const another = await made("another");
    assert.deepEqual([asked, another, parts, forgotten].map(existsSync), [true, true, true, false]);
  });
});
