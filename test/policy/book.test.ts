import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKS, CORE_CHECKS } from "../../policy/checks/index.js";
import type { Check } from "../../policy/engine/check.js";
import { CATEGORIES } from "../../policy/engine/result.js";

const ROOT = join(__dirname, "..", "..");

/** The ids that the requirements name: part of the interface. */
const CORE =
  "health-endpoints resource-limits min-replicas structured-logging prometheus-metrics tracing secrets network-policy rbac backups dr-plan";
const BEYOND =
  "image-tag run-as-non-root privileged privilege-escalation host-namespaces host-path host-port readonly-rootfs resource-requests pdb topology-spread rolling-update hpa dangling selector-mismatch duplicate-env probes-identical ingress-tls";

const fileOf = ({ category, id }: Check): string => join(ROOT, "policy", "checks", category, `${id}.ts`);
const specOf = ({ category, id }: Check): string => join(ROOT, "test", "policy", "checks", category, `${id}.test.ts`);

describe("the rule book as a whole", () => {
  it("has the ids that others rely on, each once, and at least 45", () => {
    const ids = CHECKS.map((check) => check.id);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(CORE_CHECKS.map((check) => check.id).join(" "), CORE);
    assert.deepEqual(
      BEYOND.split(" ").filter((id) => !ids.includes(id)),
      [],
    );
    assert.ok(ids.length >= 45, String(ids.length));
  });

  it("registers every file of a check", () => {
    for (const category of CATEGORIES) {
      const files = readdirSync(join(ROOT, "policy", "checks", category)).sort();
      const registered = CHECKS.filter((check) => check.category === category).map((check) => `${check.id}.ts`);
      assert.deepEqual(files, registered.sort());
    }
  });

  for (const check of CHECKS) {
    it(`${check.id} has a file of its own whose comment names severity and source`, () => {
      const source = readFileSync(fileOf(check), "utf8");
      const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export const \w+ = defineCheck/.exec(source)?.[1] ?? "";
      const spoken = comment.replaceAll(/\s*\*\s*/g, " ");
      assert.match(spoken, new RegExp(`Severity ${check.severity}\\b`));
      assert.match(spoken, /Source: \S/);
      assert.equal(source.split("defineCheck").length - 1, 2, "one check a file, and its import");
    });

    it(`${check.id} has a mirrored spec with a pass, a violation, a wrong kind, an unknown value and an exemption`, () => {
      assert.ok(existsSync(specOf(check)), specOf(check));
      const spec = readFileSync(specOf(check), "utf8");
      // describeCheck exempts the violation itself; the compiler insists on the four parts.
      assert.match(spec, new RegExp(`from "[./]+/policy/checks/${check.category}/${check.id}\\.js"`));
      for (const part of ["describeCheck(", "pass:", "violation:", "wrongKind:", "unknown:"]) {
        assert.ok(spec.includes(part), part);
      }
    });
  }
});
