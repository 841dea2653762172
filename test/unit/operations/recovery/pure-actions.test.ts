import { strict as assert } from "node:assert";
import { movedRecords } from "../../../../operations/recovery/actions/records.js";
import { restoredName, restoredSpec } from "../../../../operations/recovery/actions/restore-cluster.js";
import { credentialUrns } from "../../../../operations/recovery/actions/secrets.js";
import { answeredRegion, HealthCheck } from "../../../../operations/recovery/drill/resolver.js";

describe("record changes of a failover", () => {
  const hosts = { fromHost: "us-east-1.agent-api.example.com", toHost: "us-west1.agent-api.example.com" };
  const common = { Name: "agent-api.example.com.", Type: "CNAME" as const, TTL: 60 };
  const primary = {
    ...common,
    SetIdentifier: "public-primary",
    Failover: "PRIMARY" as const,
    ResourceRecords: [{ Value: hosts.fromHost }],
  };
  const secondary = {
    ...common,
    SetIdentifier: "public-secondary",
    Failover: "SECONDARY" as const,
    ResourceRecords: [{ Value: `${hosts.toHost}.` }],
  };

  it("lead the primary's record to the standby and leave the other alone; a second time there is nothing to change", () => {
    const moved = movedRecords([primary, secondary], hosts);
    assert.deepEqual(moved, [{ ...primary, ResourceRecords: [{ Value: hosts.toHost }] }]);
    assert.deepEqual(movedRecords([...moved, secondary], hosts), []);
  });

  it("take the weight from a weighted record", () => {
    const weighted = { ...common, SetIdentifier: "a", Weight: 70, ResourceRecords: [{ Value: hosts.fromHost }] };
    assert.deepEqual(movedRecords([weighted], hosts), [{ ...weighted, Weight: 0 }]);
    assert.deepEqual(movedRecords([{ ...weighted, Weight: 0 }], hosts), []);
  });
});

describe("a restored Cluster", () => {
  const damaged = {
    instances: 3,
    bootstrap: { initdb: { database: "agent_memory" } },
    replica: { enabled: false },
    managed: { roles: [{ name: "agent_memory" }], services: { additional: [{ selectorType: "rw" }] } },
    plugins: [
      {
        name: "barman-cloud.cloudnative-pg.io",
        isWALArchiver: true,
        parameters: { barmanObjectName: "postgres-archive", serverName: "postgres" },
      },
    ],
  };

  it("comes from the damaged one's archive at that time, archives under its own name, and is not found by clients yet", () => {
    const name = restoredName("postgres", "20261124-031500-database-corruption-1f2e");
    assert.equal(name, "postgres-1f2e");
    const parameters = { barmanObjectName: "postgres-archive", serverName: "postgres" };
    assert.deepEqual(restoredSpec(damaged, { name, source: "postgres", to: "2026-11-24T03:09:59Z" }), {
      instances: 3,
      managed: { roles: [{ name: "agent_memory" }] },
      plugins: [
        {
          name: "barman-cloud.cloudnative-pg.io",
          isWALArchiver: true,
          parameters: { ...parameters, serverName: name },
        },
      ],
      bootstrap: { recovery: { source: "damaged", recoveryTarget: { targetTime: "2026-11-24T03:09:59Z" } } },
      externalClusters: [{ name: "damaged", plugin: { name: "barman-cloud.cloudnative-pg.io", parameters } }],
    });
  });
});

describe("credentials to rotate", () => {
  it("are the passwords and keys that the stack made, and nothing else", () => {
    const password = {
      urn: "urn:pulumi:p::a::random:index/randomPassword:RandomPassword::postgres",
      type: "random:index/randomPassword:RandomPassword",
    };
    const other = {
      urn: "urn:pulumi:p::a::random:index/randomId:RandomId::suffix",
      type: "random:index/randomId:RandomId",
    };
    assert.deepEqual(credentialUrns({ deployment: { resources: [password, other] } }), [password.urn]);
    assert.deepEqual(credentialUrns({}), []);
  });
});

describe("the drill's name server", () => {
  it("answers by the table of docs/failover.md", () => {
    const answers = (primary: boolean, standby: boolean, thrown: boolean): string =>
      answeredRegion({ primary, standby, thrown });
    for (const standby of [true, false]) assert.equal(answers(true, standby, false), "primary");
    assert.equal(answers(false, true, false), "standby");
    for (const primary of [true, false])
      for (const standby of [true, false]) assert.equal(answers(primary, standby, true), "standby");
    assert.equal(answers(false, false, false), "primary");
  });

  it("changes a health check only after so many answers in a row", async () => {
    const said = [false, false, true, false, false, false, true, true, true];
    const check = new HealthCheck(() => Promise.resolve(said.shift() ?? true), 3, true);
    const states: boolean[] = [];
    while (said.length > 0) {
      await check.look();
      states.push(check.healthy);
    }
    assert.deepEqual(states, [true, true, true, true, true, false, false, false, true]);
  });
});
