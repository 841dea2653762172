import { strict as assert } from "node:assert";
import { planRecords, type DnsPlan, type PlannedRegion } from "../../../components/failover/record-plan.js";
import { regions, stackConfig } from "../../support/stack-config.js";

const east: PlannedRegion = {
  key: "us-east-1",
  cloud: "aws",
  region: "us-east-1",
  role: "primary",
  weight: 70,
  gives: "hostname",
};
const gke: PlannedRegion = {
  key: "us-west1",
  cloud: "gcp",
  region: "us-west1",
  role: "secondary",
  weight: 30,
  gives: "ip",
};
const west: PlannedRegion = { ...east, key: "us-west-2", region: "us-west-2", role: "secondary", weight: 10 };

const host = "agent-api.example.com";

/** Whether a check is healthy, given the healthy endpoints and the thrown switches, as Route 53 would evaluate it. */
function evaluate(plan: DnsPlan, id: string, world: { up: readonly string[]; thrown: readonly string[] }): boolean {
  const counting = plan.calculated.find((check) => check.id === id);
  if (counting) {
    return counting.children.filter((child) => evaluate(plan, child, world)).length >= counting.threshold;
  }
  const check = plan.checks.find((candidate) => candidate.id === id);
  assert.ok(check, `check ${id} exists`);
  const answered =
    check.asks.kind === "endpoint"
      ? world.up.some((key) => check.asks.kind === "endpoint" && check.asks.host === `${key}.${host}`)
      : world.thrown.includes(`${check.asks.region}@${check.asks.bucketRegion}`);
  return answered !== check.inverted;
}

/** Where the public name leads, by Route 53's rules for failover and weighted records. */
function answer(plan: DnsPlan, world: { up: readonly string[]; thrown: readonly string[] }, name = host): string[] {
  const records = plan.records.filter((record) => record.name === name);
  const healthy = records.filter((record) => record.check === undefined || evaluate(plan, record.check, world));
  const eligible = healthy.length > 0 ? healthy : records;
  const primary = eligible.filter(({ routing }) => routing.kind === "failover" && routing.role === "PRIMARY");
  return (primary.length > 0 ? primary : eligible).flatMap(({ target }) =>
    target.kind === "address" ? [target.region] : answer(plan, world, target.name),
  );
}

describe("record plan, active-passive", () => {
  const plan = planRecords(stackConfig(), [east, gke]);

  it("plans exactly these records", () => {
    assert.deepEqual(plan.records, [
      {
        id: "region-us-east-1",
        name: "us-east-1.agent-api.example.com",
        type: "CNAME",
        target: { kind: "address", region: "us-east-1" },
        routing: { kind: "simple" },
      },
      {
        id: "region-us-west1",
        name: "us-west1.agent-api.example.com",
        type: "A",
        target: { kind: "address", region: "us-west1" },
        routing: { kind: "simple" },
      },
      {
        id: "public-primary",
        name: host,
        type: "CNAME",
        target: { kind: "name", name: "us-east-1.agent-api.example.com" },
        routing: { kind: "failover", role: "PRIMARY" },
        check: "us-east-1-serves",
      },
      {
        id: "public-secondary",
        name: host,
        type: "CNAME",
        target: { kind: "name", name: "us-west1.agent-api.example.com" },
        routing: { kind: "failover", role: "SECONDARY" },
        check: "us-east-1-fails-over",
      },
      {
        id: "canary",
        name: "canary.agent-api.example.com",
        type: "CNAME",
        target: { kind: "name", name: host },
        routing: { kind: "simple" },
      },
      {
        id: "preview",
        name: "preview.agent-api.example.com",
        type: "CNAME",
        target: { kind: "name", name: host },
        routing: { kind: "simple" },
      },
    ]);
  });

  it("plans exactly these checks", () => {
    const asks = (region: string, bucketRegion: string) => ({ kind: "switch", region, bucketRegion });
    const path = "/health/deep";
    assert.deepEqual(plan.checks, [
      { id: "us-east-1-endpoint", asks: { kind: "endpoint", host: `us-east-1.${host}`, path }, inverted: false },
      { id: "us-west1-endpoint", asks: { kind: "endpoint", host: `us-west1.${host}`, path }, inverted: false },
      { id: "us-east-1-switch-open-us-east-1", asks: asks("us-east-1", "us-east-1"), inverted: true },
      { id: "us-east-1-switch-open-us-west1", asks: asks("us-east-1", "us-west1"), inverted: true },
      { id: "us-east-1-switch-thrown-us-east-1", asks: asks("us-east-1", "us-east-1"), inverted: false },
      { id: "us-east-1-switch-thrown-us-west1", asks: asks("us-east-1", "us-west1"), inverted: false },
    ]);
    assert.deepEqual(plan.calculated, [
      {
        id: "us-east-1-serves",
        children: ["us-east-1-endpoint", "us-east-1-switch-open-us-east-1", "us-east-1-switch-open-us-west1"],
        threshold: 3,
      },
      {
        id: "us-east-1-fails-over",
        children: ["us-west1-endpoint", "us-east-1-switch-thrown-us-east-1", "us-east-1-switch-thrown-us-west1"],
        threshold: 1,
      },
    ]);
    assert.deepEqual([plan.intervalSeconds, plan.failures, plan.ttlSeconds], [10, 3, 60]);
  });

  const both = ["us-east-1", "us-west1"];
  const cases: readonly [string, readonly string[], readonly string[], string][] = [
    ["both are healthy", both, [], "us-east-1"],
    ["the primary is down", ["us-west1"], [], "us-west1"],
    ["the standby is down", ["us-east-1"], [], "us-east-1"],
    ["both checks fail and nobody decided: the traffic stays", [], [], "us-east-1"],
    ["the switch is thrown in the primary's bucket", both, ["us-east-1@us-east-1"], "us-west1"],
    ["the switch is thrown in the standby's bucket", both, ["us-east-1@us-west1"], "us-west1"],
    ["the switch is thrown while the standby's check fails", ["us-east-1"], ["us-east-1@us-west1"], "us-west1"],
    ["the switch is thrown while both checks fail", [], ["us-east-1@us-west1"], "us-west1"],
  ];
  for (const [when, up, thrown, expected] of cases) {
    it(`answers ${expected} when ${when}`, () => assert.deepEqual(answer(plan, { up, thrown }), [expected]));
  }
});

describe("record plan, three regions", () => {
  const config = stackConfig({ regions: [regions.eksEast, regions.gkeWest, regions.eksWest] });
  const plan = planRecords(config, [gke, east, west]);

  it("chains the standbys in order of succession, the primary first whatever the order given", () => {
    const chain = plan.records.filter(({ routing }) => routing.kind === "failover");
    assert.deepEqual(
      chain.map(({ name, target, check }) => [name, target.kind === "name" ? target.name : "", check]),
      [
        [host, `us-east-1.${host}`, "us-east-1-serves"],
        [host, `standby.${host}`, "us-east-1-fails-over"],
        [`standby.${host}`, `us-west1.${host}`, "us-west1-serves"],
        [`standby.${host}`, `us-west-2.${host}`, "us-west1-fails-over"],
      ],
    );
  });

  const cases: readonly [readonly string[], readonly string[], string][] = [
    [["us-east-1", "us-west1", "us-west-2"], [], "us-east-1"],
    [["us-west1", "us-west-2"], [], "us-west1"],
    [["us-west-2"], [], "us-west-2"],
    [[], [], "us-east-1"],
    [["us-east-1", "us-west1", "us-west-2"], ["us-east-1@us-west-2"], "us-west1"],
    [["us-east-1", "us-west-2"], ["us-east-1@us-west-2"], "us-west-2"],
    [["us-east-1", "us-west1"], ["us-east-1@us-west1", "us-west1@us-west1"], "us-west-2"],
  ];
  for (const [up, thrown, expected] of cases) {
    it(`answers ${expected} with up=[${up.join()}] thrown=[${thrown.join()}]`, () =>
      assert.deepEqual(answer(plan, { up, thrown }), [expected]));
  }

  it("never gives a name more than one primary and one secondary", () => {
    const roles = plan.records.map(({ name, routing }) =>
      routing.kind === "failover" ? `${name} ${routing.role}` : name,
    );
    assert.equal(new Set(roles).size, plan.records.length);
  });
});

describe("record plan, active-active", () => {
  const plan = planRecords(stackConfig({ failover: { mode: "active-active" } }), [east, gke]);
  const both = ["us-east-1", "us-west1"];

  it("splits 70/30, each with its own check", () => {
    assert.deepEqual(
      plan.records
        .filter(({ routing }) => routing.kind === "weighted")
        .map(({ id, routing, check }) => [id, routing, check]),
      [
        ["public-us-east-1", { kind: "weighted", weight: 70 }, "us-east-1-serves"],
        ["public-us-west1", { kind: "weighted", weight: 30 }, "us-west1-serves"],
      ],
    );
  });

  it("leaves out what is down or switched away, and answers all when all are unhealthy", () => {
    assert.deepEqual(answer(plan, { up: both, thrown: [] }), both);
    assert.deepEqual(answer(plan, { up: ["us-east-1"], thrown: [] }), ["us-east-1"]);
    assert.deepEqual(answer(plan, { up: both, thrown: ["us-west1@us-east-1"] }), ["us-east-1"]);
    assert.deepEqual(answer(plan, { up: [], thrown: [] }), both);
    assert.deepEqual(answer(plan, { up: both, thrown: ["us-west1@us-east-1", "us-east-1@us-east-1"] }), both);
  });
});

describe("record plan, edges", () => {
  it("gives one region a plain record and its endpoint check", () => {
    const plan = planRecords(stackConfig({ regions: [regions.eksEast] }), [east]);
    assert.deepEqual(
      plan.records.map(({ id }) => id),
      ["region-us-east-1", "public", "canary", "preview"],
    );
    assert.deepEqual(plan.calculated, []);
    assert.deepEqual(
      plan.checks.map(({ id }) => id),
      ["us-east-1-endpoint"],
    );
  });

  it("puts no switch where no cloud holds a bucket: the endpoints decide alone", () => {
    const local = { ...east, cloud: "existing", gives: "ip" } as const;
    const plan = planRecords(stackConfig(), [local, { ...gke, cloud: "existing" }]);
    assert.deepEqual(
      plan.checks.map(({ id }) => id),
      ["us-east-1-endpoint", "us-west1-endpoint"],
    );
    assert.deepEqual(answer(plan, { up: ["us-west1"], thrown: [] }), ["us-west1"]);
  });

  it("takes interval, failures and TTL from the configuration", () => {
    const dns = { intervalSeconds: 30, failures: 2, ttlSeconds: 20, healthPath: "/deep" };
    const plan = planRecords(stackConfig({ failover: { dns } }), [east, gke]);
    assert.deepEqual([plan.intervalSeconds, plan.failures, plan.ttlSeconds], [30, 2, 20]);
    assert.ok(plan.checks.some(({ asks }) => asks.kind === "endpoint" && asks.path === "/deep"));
  });
});
