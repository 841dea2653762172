import assert from "node:assert/strict";
import { hpaStaticReplicas } from "../../../../policy/checks/infrastructure/hpa-static-replicas.js";
import { UNKNOWN } from "../../../../policy/model/values.js";
import { CHECKS } from "../../../../policy/checks/index.js";
import { judge } from "../../../../policy/engine/judge.js";
import { viewOfPulumi } from "../../../../policy/model/pulumi.js";
import { describeCheck, NOW } from "../../support/check.js";
import { deployment, having, job, object, without } from "../../support/objects.js";

const scaler = object("HorizontalPodAutoscaler", {
  maxReplicas: 9,
  scaleTargetRef: { kind: "Deployment", name: "web" },
});

describeCheck(hpaStaticReplicas, {
  pass: { "replicas are left out": [without(deployment(), "spec.replicas"), scaler] },
  violation: { "sets 3 replicas although": [deployment(), scaler] },
  wrongKind: [deployment(), job()],
  unknown: [having(deployment(), "spec.replicas", UNKNOWN), scaler],
});

it("hpa-static-replicas lets a program give the first number, which updates leave alone", () => {
  const resource = (type: string, props: object, ignoreChanges: readonly string[]) => ({
    urn: `urn:pulumi:production::agents::${type}::web`,
    type,
    name: "web",
    props: props as Record<string, unknown>,
    ignoreChanges,
  });
  const statusWith = (ignoreChanges: readonly string[]) => {
    const resources = [
      resource("kubernetes:apps/v1:Deployment", deployment(), ignoreChanges),
      resource("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", scaler, []),
    ];
    const view = viewOfPulumi(resources, { now: NOW });
    const known = new Set(CHECKS.map(({ id }) => id));
    return judge([hpaStaticReplicas], view, { known, parameters: {} }).map(({ status }) => status);
  };
  assert.deepEqual(statusWith([]), ["warning"]);
  assert.deepEqual(statusWith(["spec.replicas"]), ["pass"]);
});
