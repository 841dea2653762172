import assert from "node:assert/strict";
import { fromJson } from "../../../config/engine-text.js";

// What `pulumi config --json` printed of a file with these values, unquoted but for the last.
const text = `{
  "start": "2026-01-04 03:00:00 +0000 UTC",
  "midnight": "2026-01-04 00:00:00 +0000 UTC",
  "end": "2026-01-04 03:00:00.5 +0000 UTC",
  "list": [{ "expires": "2027-01-31 00:00:00 +0000 UTC" }],
  "quoted": "2027-01-31"
}`;

describe("configuration as the engine hands it over", () => {
  it("has days and times as the file has them, with quotes or without", () => {
    assert.deepEqual(fromJson(text), {
      start: "2026-01-04T03:00:00Z",
      midnight: "2026-01-04T00:00:00Z",
      end: "2026-01-04T03:00:00.5Z",
      list: [{ expires: "2027-01-31" }],
      quoted: "2027-01-31",
    });
  });

  it("stays text where it is no JSON", () => {
    assert.equal(fromJson("production"), "production");
  });
});
