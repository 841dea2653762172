import { strict as assert } from "node:assert";
import { bucketStatements } from "../../../components/clusters/identity/iam.js";
import { keeperRules } from "../../../components/failover/lease-keeper.js";

describe("what the keeper of the lease may do", () => {
  it("in AWS: read and replace that object, and see whether it is absent", () => {
    const granted = { arn: "arn:aws:s3:::outside", access: "object", object: "writer.json" } as const;
    assert.deepEqual(bucketStatements([granted]), [
      { Sid: "ReplaceBuckets", Effect: "Allow", Action: ["s3:ListBucket"], Resource: ["arn:aws:s3:::outside"] },
      {
        Sid: "ReplaceObjects",
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: ["arn:aws:s3:::outside/writer.json"],
      },
    ]);
  });

  it("in its cluster: fence databases, and write one Lease", () => {
    const told = keeperRules.map((rule) => {
      const { resources, resourceNames = ["any"], verbs } = rule as unknown as Record<string, readonly string[]>;
      return `${verbs?.join("+") ?? ""} ${resources?.join() ?? ""} ${resourceNames.join()}`;
    });
    assert.deepEqual(told, ["get+list+patch clusters any", "get+patch leases lease-keeper", "create leases any"]);
  });
});
