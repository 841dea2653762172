import assert from "node:assert/strict";
import { EnforcementLevel } from "@pulumi/pulumi/proto/analyzer_pb";
import { CHECKS } from "../../../policy/checks/index.js";
import { Analyzer } from "../support/analyzer.js";
import { deployment, having, without } from "../support/objects.js";

const TYPE = "kubernetes:apps/v1:Deployment";
/** How the engine spells a string that only the deployment will know. */
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SECRET_SIGNATURE = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

describe("policy pack over its analyzer interface", function () {
  this.timeout(120_000);
  let analyzer: Analyzer;
  before(async () => (analyzer = await Analyzer.start()));
  after(() => analyzer.stop());
  beforeEach(() => analyzer.configure({}));

  const failuresOf = async (props: object): Promise<Map<string, string>> => {
    const answer = await analyzer.analyze({ type: TYPE, name: "agent", props: props as Record<string, unknown> });
    return new Map(answer.getDiagnosticsList().map((found) => [found.getPolicyname(), found.getMessage()]));
  };

  it("says what it is: every check with severity, url, tags, framework, remediation and schema", async () => {
    const info = await analyzer.info();
    const named = new Map(info.getPoliciesList().map((policy) => [policy.getName(), policy]));
    assert.equal(info.getName(), "agent-platform-readiness");
    assert.deepEqual([...named.keys()], [...CHECKS.map((check) => check.id), "readiness-warnings"]);
    for (const check of CHECKS) {
      const policy = named.get(check.id)!;
      assert.equal(policy.getRemediationSteps(), check.remediation);
      assert.ok(policy.getTagsList().includes(check.category), check.id);
      assert.equal(policy.getFramework()?.getReference(), check.id);
      assert.equal(policy.getEnforcementlevel(), 1, `${check.id} is mandatory`);
      const parameters = policy.getConfigschema()?.getProperties()?.toJavaScript() ?? {};
      for (const name of Object.keys(check.parameters ?? {})) assert.ok(name in parameters, `${check.id}.${name}`);
    }
  });

  it("finds nothing in a ready Deployment, and stops one without limits", async () => {
    assert.deepEqual([...(await failuresOf(deployment())).keys()], []);
    const failures = await failuresOf(without(deployment(), "spec.template.spec.containers.0.resources.limits"));
    assert.deepEqual([...failures.keys()], ["resource-limits"]);
    assert.match(failures.get("resource-limits")!, /container web has no cpu limit and no memory limit.*Fix: /);
  });

  it("neither passes over nor stops at what is unknown until deployment", async () => {
    const unknown = { ...deployment(), spec: UNKNOWN_STRING };
    assert.deepEqual([...(await failuresOf(unknown)).keys()], []);
    const stack = await analyzer.analyzeStack([{ type: TYPE, name: "agent", props: unknown }]);
    const warned = stack.getDiagnosticsList().filter((found) => found.getPolicyname() === "readiness-warnings");
    assert.ok(warned.some((found) => /^resource-limits: .*unknown until deployment/m.test(found.getMessage())));
    assert.ok(
      warned.every((found) => found.getEnforcementlevel() === EnforcementLevel.ADVISORY),
      "advisory",
    );
  });

  it("reads secret values, and still calls a literal a literal", async () => {
    const props = deployment();
    const secret = { ...SECRET_SIGNATURE, value: "hunter2hunter2" };
    (props.spec.template.spec.containers[0] as Record<string, unknown>).env = [{ name: "DB_PASSWORD", value: secret }];
    assert.match((await failuresOf(props)).get("secrets")!, /DB_PASSWORD as a literal/);
  });

  it("takes levels, parameters and exemptions from policy configuration", async () => {
    const props = without(deployment(), "spec.template.spec.containers.0.resources.limits");
    await analyzer.configure({ "resource-limits": { level: "DISABLED" } });
    assert.deepEqual([...(await failuresOf(props)).keys()], []);
    await analyzer.configure({ "image-tag": { level: "MANDATORY", properties: { digest: true } } });
    assert.match((await failuresOf(deployment())).get("image-tag")!, /has no digest/);
    const exempt = (expires: string): object => ({
      exempt: [{ resource: "Deployment/*", reason: "batch only", expires }],
    });
    await analyzer.configure({ "resource-limits": { level: "MANDATORY", properties: exempt("2999-12-31") } });
    assert.deepEqual([...(await failuresOf(props)).keys()], []);
    await analyzer.configure({ "resource-limits": { level: "MANDATORY", properties: exempt("2020-01-01") } });
    assert.deepEqual([...(await failuresOf(props)).keys()], ["resource-limits"]);
  });

  it("warns by the checks' own parameters and exemptions", async () => {
    const props = having(deployment(), "spec.template.spec.containers.0.readinessProbe.httpGet.path", "/api");
    const warned = async (): Promise<boolean> => {
      await failuresOf(props);
      const stack = await analyzer.analyzeStack([{ type: TYPE, name: "agent", props: props }]);
      return stack.getDiagnosticsList().some((found) => /^health-endpoints: .*asks \/api/m.test(found.getMessage()));
    };
    assert.ok(await warned());
    const exempt = [{ resource: "Deployment/*", reason: "agreed with its owner", expires: "2999-12-31" }];
    await analyzer.configure({ "health-endpoints": { level: "MANDATORY", properties: { exempt } } });
    assert.ok(!(await warned()));
    await analyzer.configure({});
    assert.ok(await warned());
  });

  it("relates objects of one cluster only, over the whole stack", async () => {
    const budget = {
      metadata: { name: "web", namespace: "agents" },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
    };
    const stack = (cluster: string) =>
      analyzer.analyzeStack([
        { type: TYPE, name: "agent", props: deployment(), provider: "east" },
        { type: "kubernetes:policy/v1:PodDisruptionBudget", name: "budget", props: budget, provider: cluster },
      ]);
    const failed = async (cluster: string) =>
      (await stack(cluster))
        .getDiagnosticsList()
        .map((found) => found.getPolicyname())
        .filter((name) => name === "pdb");
    assert.deepEqual(await failed("east"), []);
    assert.deepEqual(await failed("west"), ["pdb"]);
  });

  it("reports checks that do not apply as such", async () => {
    const answer = await analyzer.analyze({ type: "aws:kms/key:Key", name: "key", props: { enableKeyRotation: true } });
    const notApplicable = answer.getNotApplicableList().map((entry) => entry.getPolicyName());
    assert.ok(notApplicable.includes("resource-limits"));
    assert.ok(!notApplicable.includes("key-rotation"));
  });

  it("remediates only at level remediate, and only what is safe", async () => {
    const key = { type: "aws:kms/key:Key", name: "key", props: { description: "vault" } };
    assert.deepEqual((await analyzer.remediate(key)).getRemediationsList(), []);
    await analyzer.configure({ "key-rotation": { level: "REMEDIATE" }, seccomp: { level: "REMEDIATE" } });
    const [fixed, ...others] = (await analyzer.remediate(key)).getRemediationsList();
    assert.deepEqual(fixed?.getProperties()?.toJavaScript(), { description: "vault", enableKeyRotation: true });
    assert.equal(others.length, 0);
    const props = without(deployment(), "spec.template.spec.securityContext.seccompProfile") as Record<string, unknown>;
    const [pod] = (await analyzer.remediate({ type: TYPE, name: "agent", props })).getRemediationsList();
    assert.deepEqual(pod?.getProperties()?.toJavaScript(), deployment());
  });
});
