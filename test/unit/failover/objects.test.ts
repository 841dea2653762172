import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { haConfig, recoveryPlans, serviceExportKind } from "../../../components/failover/objects.js";
import { switchPublishPolicy, switchReadPolicy } from "../../../components/failover/switch.js";
import { failoverRules } from "../../../config/rules/failover.js";
import { regions, stackConfig } from "../../support/stack-config.js";

describe("failover objects", () => {
  it("writes ha-config with the clouds' names of the regions", () => {
    assert.deepEqual(haConfig(stackConfig()), {
      primary_region: "us-east-1",
      secondary_region: "us-west1",
      failover_threshold_seconds: "30",
    });
    const three = stackConfig({ regions: [regions.eksEast, regions.gkeWest, regions.eksWest] });
    assert.equal(haConfig(three).secondary_region, "us-west1,us-west-2");
  });

  it("summarises the four recovery plans with objectives, stores, regions and contacts", () => {
    const plans = recoveryPlans(stackConfig());
    assert.deepEqual(plans[0], {
      id: "region-outage",
      rtoMinutes: 15,
      rpoMinutes: 5,
      stores: { postgres: 5, redis: 360, vector: 1440 },
      regions: ["us-east-1", "us-west1"],
      contacts: ["oncall@example.com", "platform-team@example.com", "cto@example.com"],
    });
    assert.deepEqual(
      plans.map(({ id, rtoMinutes, rpoMinutes }) => [id, rtoMinutes, rpoMinutes]),
      [
        ["region-outage", 15, 5],
        ["database-corruption", 60, 15],
        ["security-breach", 240, 15],
        ["data-loss", 120, 15],
      ],
    );
    assert.deepEqual(plans[1]?.stores, { postgres: 5 });
  });

  it("exports the service by the group that the cluster has", () => {
    assert.equal(serviceExportKind({}), "multicluster.x-k8s.io/v1alpha1/ServiceExport");
    const fleetMembership = pulumi.output("projects/p/locations/us-west1/memberships/c");
    assert.equal(serviceExportKind({ fleetMembership }), "net.gke.io/v1/ServiceExport");
  });
});

describe("switch policies", () => {
  it("lets only the health checkers' addresses read the switch, and only by TLS", () => {
    assert.deepEqual(JSON.parse(switchReadPolicy("arn:aws:s3:::b", ["15.177.0.0/18"])), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "HealthCheckersRead",
          Effect: "Allow",
          Principal: "*",
          Action: "s3:GetObject",
          Resource: "arn:aws:s3:::b/fail-away/*",
          Condition: { IpAddress: { "aws:SourceIp": ["15.177.0.0/18"] } },
        },
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
  });

  it("lets the publisher touch the switch objects and nothing else", () => {
    const { Statement } = JSON.parse(switchPublishPolicy(["arn:aws:s3:::a", "arn:aws:s3:::b"])) as {
      Statement: readonly unknown[];
    };
    assert.deepEqual(Statement, [
      {
        Effect: "Allow",
        Action: ["s3:PutObject", "s3:DeleteObject", "s3:GetObject"],
        Resource: ["arn:aws:s3:::a/fail-away/*", "arn:aws:s3:::b/fail-away/*"],
      },
    ]);
  });
});

describe("failover rules", () => {
  const paths = (changes: Readonly<Record<string, unknown>>) =>
    failoverRules.flatMap((rule) => rule(stackConfig(changes))).map(({ path }) => path);
  const local = { cloud: "existing", key: "a", role: "primary", context: "a" };

  it("accepts the production defaults", () => assert.deepEqual(paths({}), []));

  it("wants an address for every region whose DNS it makes", () => {
    assert.deepEqual(paths({ regions: [local] }), ["regions[0].loadBalancer"]);
    assert.deepEqual(paths({ regions: [{ ...local, loadBalancer: true }] }), []);
    assert.deepEqual(paths({ regions: [local], failover: { dns: { enabled: false } } }), []);
  });

  it("refuses keys whose names are taken", () => {
    for (const key of ["canary", "preview", "standby", "standby-2"]) {
      assert.deepEqual(paths({ regions: [{ ...regions.eksEast, key }] }), ["regions[0].key"], key);
    }
  });

  it("refuses a weight of 0 in active-active mode", () => {
    const changes = {
      regions: [regions.eksEast, { ...regions.gkeWest, weight: 0 }],
      failover: { mode: "active-active" },
    };
    assert.deepEqual(paths(changes), ["regions[1].weight"]);
  });
});
