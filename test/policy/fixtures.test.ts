import assert from "node:assert/strict";
import { skip } from "../support/counts.js";
import { compare, FIXTURES, readIndex } from "./support/agreement.js";

/** Why we answer otherwise than the fixture's author, by the author's rule and a part of the file's name. */
const ARGUED: readonly (readonly [rule: RegExp, why: string])[] = [
  [
    /^kyverno\/restrict-wildcard-resources$/,
    "that rule looks at resources only; the file has a wildcard in verbs or apiGroups",
  ],
  [/^kyverno\/restrict-wildcard-verbs$/, "that rule looks at verbs only; the file has a wildcard in resources"],
  [/^kyverno\/require-reasonable-pdbs$/, "maxUnavailable is rounded up, so that 40 % never blocks a drain"],
  [
    /^gatekeeper-library\/read-only-root-filesystem$/,
    "that constraint exempts an image by name; ours exempts by annotation",
  ],
];

describe("agreement with other projects' fixtures", () => {
  it("agrees on at least 97 % of the comparable rows, and every disagreement is argued", function () {
    const rows = readIndex();
    if (rows === undefined) skip(this, `no fixtures at ${FIXTURES}`);
    const compared = rows.map(compare);
    const disagreements = compared.filter((row) => !row.agrees);
    const share = (100 * (compared.length - disagreements.length)) / compared.length;
    process.stdout.write(
      `      ${compared.length - disagreements.length} of ${compared.length}: ${share.toFixed(1)} %\n`,
    );
    for (const row of disagreements) {
      const why = ARGUED.find(([rule]) => rule.test(row.rule))?.[1];
      process.stdout.write(`      ${row.file} (${row.check}, expected ${row.expected}): ${why ?? "not argued"}\n`);
      assert.ok(why, `${row.file}: ${row.messages.join("; ")}`);
    }
    assert.ok(compared.length > 0);
    assert.ok(share >= 97, `${share} %`);
  });
});
