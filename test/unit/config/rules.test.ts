import { strict as assert } from "node:assert";
import { PlatformError, type Fault } from "../../../common/errors.js";
import { validateConfig } from "../../../config/validate.js";
import { rawConfig } from "../../support/stacks.js";
import { deliveryCases } from "./delivery-cases.js";
import { cases, regionsOf, type RawRegion } from "./rule-cases.js";

function faultsOf(raw: unknown): readonly Fault[] {
  try {
    validateConfig(raw, "test");
  } catch (thrown) {
    assert.ok(thrown instanceof PlatformError);
    assert.equal(thrown.exitCode, 2);
    return thrown.faults;
  }
  return [];
}

describe("configuration rules", () => {
  for (const [name, break_, path, rule] of [...cases, ...deliveryCases]) {
    it(`refuses ${name}`, () => {
      const raw = rawConfig("production");
      break_(raw);
      const fault = faultsOf(raw).find((found) => found.path === path);
      assert.ok(fault, `no fault at ${path}: ${JSON.stringify(faultsOf(raw))}`);
      assert.match(fault.rule, rule);
      assert.notEqual(fault.fix, "");
    });
  }

  it("are checked in every section that can be read, where another one has no value to go on with", () => {
    const raw = rawConfig("production");
    regionsOf(raw)[0]!.network = { cidr: "10.0.0.0/99" };
    raw.agent = {
      ...(raw.agent as object),
      image: "example/agent:latest",
      autoscaling: { minReplicas: 5, maxReplicas: 2 },
    };
    raw.traffic = { host: "not a host" };
    assert.deepEqual(
      [...new Set(faultsOf(raw).map(({ path }) => path))],
      ["regions[0].network.cidr", "agent.replicas", "traffic.host", "agent.image"],
    );
  });

  it("accepts active-active where every store is writable everywhere and the weights sum to 100", () => {
    const raw = rawConfig("production");
    raw.failover = { ...(raw.failover as object), mode: "active-active" };
    const store = { writableEverywhere: true };
    raw.data = { postgres: store, redis: store, vector: store };
    assert.deepEqual(faultsOf(raw), []);
    regionsOf(raw)[0]!.weight = 60;
    assert.match(faultsOf(raw)[0]!.rule, /weights sum to 100/);
  });

  it("accepts the region pairs of R9 and three regions", () => {
    const [east, west] = regionsOf(rawConfig("production")) as [RawRegion, RawRegion];
    const eksWest = {
      ...east,
      key: "us-west-2",
      region: "us-west-2",
      role: "secondary",
      network: { cidr: "10.1.0.0/16" },
    };
    const gkeEast = {
      ...west,
      key: "us-east1",
      region: "us-east1",
      role: "primary",
      network: {
        cidr: "10.80.0.0/20",
        podCidr: "10.84.0.0/14",
        serviceCidr: "10.81.0.0/20",
        controlPlaneCidr: "172.16.2.0/28",
      },
    };
    for (const regions of [
      [east, eksWest],
      [gkeEast, west],
      [east, eksWest, west],
    ]) {
      assert.deepEqual(faultsOf({ ...rawConfig("production"), regions }), []);
    }
  });
});

describe("kubeconfigs", () => {
  it("that cannot be used are found with the other faults", () => {
    const raw = rawConfig("local");
    const [first, second] = raw.regions as Record<string, unknown>[];
    first!.kubeconfig = "/no/such/file";
    second!.context = "no-such-context";
    raw.agent = { logLevel: "loud" };
    assert.deepEqual(
      faultsOf(raw)
        .map((fault) => fault.path)
        .sort(),
      ["agent.logLevel", "regions[0].kubeconfig", "regions[1].context"],
    );
  });
});

describe("configuration faults", () => {
  it("come all at once: types, unknown keys and rules across fields", () => {
    const raw = rawConfig("production");
    raw.regoins = [];
    raw.agent = { replicas: "three", logLevel: "loud", resources: { requests: { cpu: "9" } } };
    raw.failover = { thresholdSeconds: 45, dns: { zone: "example.com" } };
    const paths = faultsOf(raw).map((fault) => fault.path);
    assert.deepEqual(paths.sort(), [
      "agent.logLevel",
      "agent.replicas",
      "agent.resources.requests.cpu",
      "failover.thresholdSeconds",
      "regoins",
    ]);
  });

  it("name path, value received, rule and fix", () => {
    const [fault] = faultsOf({ ...rawConfig("production"), agent: { logLevel: "loud" } });
    assert.deepEqual(fault, {
      path: "agent.logLevel",
      received: '"loud"',
      rule: "must be one of debug, info, warn, error",
      fix: "change it; docs/configuration.md describes agent",
    });
  });

  it("say what is missing", () => {
    const paths = faultsOf({}).map((fault) => `${fault.path}: ${fault.rule}`);
    assert.deepEqual(paths, ["environment: is required", "regions: is required"]);
  });
});
