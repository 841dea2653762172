import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  autoscalerDeployment,
  autoscalerNetworkPolicy,
  autoscalerScrape,
  clusterRules,
  namespaceRules,
} from "../../../components/clusters/eks/autoscaler-objects.js";
import { amiType, planNodeGroups } from "../../../components/clusters/eks/node-plan.js";
import {
  autoscalerPolicy,
  controlPlaneKeyPolicy,
  flowLogDelivery,
  secretsKeyUse,
  volumesKeyPolicy,
} from "../../../components/clusters/eks/policies.js";
import { bucketStatements, serviceTrust, webIdentityTrust } from "../../../components/clusters/identity/iam.js";
import type { EksNodePoolConfig } from "../../../config/schema/regions.js";
import { count } from "../../support/counts.js";

const place = { account: "123456789012", region: "eu-west-1" };

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
  readonly Principal?: unknown;
}

const parse = (text: string) => JSON.parse(text) as { Version: string; Statement: Statement[] };

describe("IAM documents", () => {
  it("let CloudWatch use the control plane's key for the named log groups only", () => {
    const [, logs] = parse(controlPlaneKeyPolicy(place, ["/aws/eks/c/cluster", "/flow"])).Statement;
    assert.deepEqual(logs!.Principal, { Service: "logs.eu-west-1.amazonaws.com" });
    assert.deepEqual(logs!.Condition, {
      ArnEquals: {
        "kms:EncryptionContext:aws:logs:arn": [
          "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/eks/c/cluster",
          "arn:aws:logs:eu-west-1:123456789012:log-group:/flow",
        ],
      },
    });
  });

  it("let the volumes' key be used by this account through EC2 of this region only", () => {
    const [, volumes] = parse(volumesKeyPolicy(place)).Statement;
    assert.deepEqual(volumes!.Condition, {
      StringEquals: { "kms:CallerAccount": "123456789012", "kms:ViaService": "ec2.eu-west-1.amazonaws.com" },
    });
  });

  it("let the autoscaler change the groups of its own cluster only", () => {
    const { Statement } = parse(autoscalerPolicy(place, "agent-production-eu-west-1"));
    const writing = Statement.filter(({ Action }) => Action.some((action) => !/:(Describe|Get)/.test(action)));
    assert.deepEqual(writing, [
      {
        Sid: "ScaleThisCluster",
        Effect: "Allow",
        Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
        Resource: "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:*:autoScalingGroupName/*",
        Condition: {
          StringEquals: { "aws:ResourceTag/k8s.io/cluster-autoscaler/agent-production-eu-west-1": "owned" },
        },
      },
    ]);
  });

  it("name no wildcard where an action writes, but under a condition or in the account's own key statement", () => {
    const documents = [
      controlPlaneKeyPolicy(place, ["/g"]),
      volumesKeyPolicy(place),
      secretsKeyUse("arn:key"),
      flowLogDelivery("arn:group"),
      autoscalerPolicy(place, "c"),
    ];
    for (const { Version, Statement } of documents.map(parse)) {
      assert.equal(Version, "2012-10-17");
      for (const statement of Statement) {
        assert.match(statement.Sid, /^[0-9A-Za-z]+$/, "IAM takes letters and digits in a Sid");
        const reads = statement.Action.every((action) => /:(Describe|Get|List)/.test(action));
        const isRoot = statement.Sid === "AccountAdministersKeyThroughIam";
        if (statement.Resource === "*" && !reads && !isRoot) assert.ok(statement.Condition, statement.Sid);
      }
    }
  });

  it("trust exactly one ServiceAccount of one issuer", () => {
    const trust = parse(
      webIdentityTrust({
        providerArn: "arn:aws:iam::1:oidc-provider/oidc.example/id",
        issuer: "https://oidc.example/id",
        namespace: "agent",
        serviceAccount: "postgres",
      }),
    );
    assert.deepEqual(trust.Statement, [
      {
        Sid: "OneServiceAccount",
        Effect: "Allow",
        Principal: { Federated: "arn:aws:iam::1:oidc-provider/oidc.example/id" },
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Condition: {
          StringEquals: {
            "oidc.example/id:aud": "sts.amazonaws.com",
            "oidc.example/id:sub": "system:serviceaccount:agent:postgres",
          },
        },
      },
    ]);
    assert.deepEqual(parse(serviceTrust("ec2.amazonaws.com")).Statement[0]!.Principal, {
      Service: "ec2.amazonaws.com",
    });
  });

  it("grant buckets by access: readers cannot write, nobody deletes a version, keys are named once", () => {
    const statements = bucketStatements([
      { arn: "arn:aws:s3:::one", keyArn: "arn:k", access: "read" },
      { arn: "arn:aws:s3:::two", keyArn: "arn:k", access: "read" },
      { arn: "arn:aws:s3:::three", access: "write" },
    ]);
    assert.deepEqual(
      statements.map(({ Sid, Resource }) => [Sid, Resource]),
      [
        ["ReadBuckets", ["arn:aws:s3:::one", "arn:aws:s3:::two"]],
        ["ReadObjects", ["arn:aws:s3:::one/*", "arn:aws:s3:::two/*"]],
        ["ReadKeys", ["arn:k"]],
        ["WriteBuckets", ["arn:aws:s3:::three"]],
        ["WriteObjects", ["arn:aws:s3:::three/*"]],
      ],
    );
    const actions = (access: string) =>
      statements.filter(({ Sid }) => Sid.startsWith(access)).flatMap(({ Action }) => Action);
    assert.ok(actions("Read").every((action) => /:(Get|List|Describe|Decrypt)/.test(action)));
    assert.ok(!actions("Write").includes("s3:DeleteObjectVersion"));
    assert.deepEqual(bucketStatements([]), []);
  });
});

describe("node plan", () => {
  const pool = (counts: { min: number; desired: number; max: number }): EksNodePoolConfig => ({
    name: "general",
    instanceTypes: ["m7i.xlarge"],
    capacityType: "ON_DEMAND",
    diskGiB: 100,
    ...counts,
  });

  it("spreads a pool over its zones and leaves out a zone that would have none", () => {
    const sizes = (counts: { min: number; desired: number; max: number }) =>
      planNodeGroups([pool(counts)], 3).map(({ key, minSize, desiredSize, maxSize }) => [
        key,
        minSize,
        desiredSize,
        maxSize,
      ]);
    assert.deepEqual(sizes({ min: 3, desired: 4, max: 10 }), [
      ["general-z1", 1, 2, 4],
      ["general-z2", 1, 1, 3],
      ["general-z3", 1, 1, 3],
    ]);
    assert.deepEqual(sizes({ min: 0, desired: 1, max: 2 }), [
      ["general-z1", 0, 1, 1],
      ["general-z2", 0, 0, 1],
    ]);
  });

  it("keeps the pool's totals, and min ≤ desired ≤ max in every group", () => {
    const counts = fc
      .tuple(fc.nat(20), fc.nat(20), fc.integer({ min: 1, max: 20 }))
      .map(([min, more, most]) => ({ min, desired: min + more, max: min + more + most }));
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 4 }), (wanted, zones) => {
        const groups = planNodeGroups([pool(wanted)], zones);
        const sum = (key: "minSize" | "desiredSize" | "maxSize") =>
          groups.reduce((total, group) => total + group[key], 0);
        assert.deepEqual([sum("minSize"), sum("desiredSize"), sum("maxSize")], Object.values(wanted));
        for (const { minSize, desiredSize, maxSize } of groups) {
          assert.ok(minSize <= desiredSize && desiredSize <= maxSize && maxSize >= 1);
        }
      }),
      { numRuns: count(200, 2000) },
    );
  });

  it("chooses the image by the processor", () => {
    for (const type of ["m7g.xlarge", "c7gn.large", "r8gd.2xlarge", "x2gd.large", "t4g.large"]) {
      assert.equal(amiType([type]), "AL2023_ARM_64_STANDARD", type);
    }
    for (const type of ["m7i.xlarge", "m7i-flex.large", "g5.xlarge", "c6a.large", "g4dn.xlarge"]) {
      assert.equal(amiType([type]), "AL2023_x86_64_STANDARD", type);
    }
  });
});

describe("cluster autoscaler", () => {
  it("passes the restricted Pod Security level", () => {
    const { spec } = autoscalerDeployment({ cluster: "c", region: "eu-west-1", image: "i:1.0" }).template;
    assert.equal(spec.securityContext.runAsNonRoot, true);
    assert.equal(spec.securityContext.seccompProfile.type, "RuntimeDefault");
    for (const { securityContext, resources } of spec.containers) {
      assert.equal(securityContext.allowPrivilegeEscalation, false);
      assert.deepEqual(securityContext.capabilities, { drop: ["ALL"] });
      assert.equal(securityContext.readOnlyRootFilesystem, true);
      assert.deepEqual(Object.keys(resources), ["requests", "limits"]);
    }
  });

  it("is probed and scraped at the port that it serves, and logs as JSON", () => {
    const { spec, metadata } = autoscalerDeployment({ cluster: "c", region: "eu-west-1", image: "i:1.0" }).template;
    const [container] = spec.containers;
    assert.deepEqual(container!.ports, [{ name: "metrics", containerPort: 8085 }]);
    for (const probe of [container!.livenessProbe, container!.readinessProbe]) {
      assert.deepEqual(probe.httpGet, { path: "/health-check", port: "metrics" });
    }
    assert.ok(container!.args.includes("--logging-format=json"));
    assert.equal(autoscalerScrape.port, "metrics");
    assert.deepEqual(autoscalerScrape.matchLabels, metadata.labels);
  });

  it("reaches names and HTTPS, and is reached at its metrics only", () => {
    const { ingress, egress, podSelector } = autoscalerNetworkPolicy;
    assert.deepEqual(podSelector.matchLabels, autoscalerScrape.matchLabels);
    assert.deepEqual(
      egress.flatMap(({ ports }) => ports.map(({ port, protocol }) => `${port}/${protocol}`)),
      ["53/UDP", "53/TCP", "443/TCP"],
    );
    assert.deepEqual(
      ingress.flatMap(({ ports }) => ports.map(({ port }) => port)),
      [8085],
    );
  });

  it("has no wildcard among its rights, and reads no secrets", () => {
    for (const rule of [...clusterRules, ...namespaceRules]) {
      for (const list of [rule.apiGroups, rule.resources, rule.verbs]) assert.ok(!list.includes("*"));
      assert.ok(!rule.resources.includes("secrets"));
    }
  });
});
