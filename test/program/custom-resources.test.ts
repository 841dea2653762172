import { strict as assert } from "node:assert";
import { messageOf } from "../../common/errors.js";
import { serviceExportCrd } from "../../components/addons/multicluster-api.js";
import type { RecordedResource } from "../../cli/preview/recording.js";
import { readDefinitions } from "../../operations/local/servers/region/crds.js";
import { skip } from "../support/counts.js";
import { objectFaults, type Definition } from "../support/custom-resource-schemas.js";
import { runOf, stackNames } from "../support/stacks.js";

const groupOf = ({ inputs }: RecordedResource): string => String(inputs.apiVersion).split("/")[0] ?? "";

const isBuiltIn = (resource: RecordedResource): boolean => groupOf(resource).endsWith(".k8s.io");

describe("custom resources of the stacks", function () {
  this.timeout(300_000);
  let definitions: Definition[] = [];
  let missing: readonly { readonly group: string; readonly reason: string }[] = [];

  before(async function () {
    const read = await readDefinitions().catch((thrown: unknown) => {
      skip(this, `the definitions come as Go modules: ${messageOf(thrown).split("\n")[0]}`);
    });
    definitions = [...read.crds, serviceExportCrd] as unknown as Definition[];
    missing = read.missing;
  });

  for (const stack of stackNames) {
    it(`of ${stack} are what their definitions say, to the last key`, async () => {
      const { resources } = await runOf(stack);
      const objects = resources.filter(
        (resource) => resource.type.startsWith("kubernetes:") && /\./.test(groupOf(resource)) && !isBuiltIn(resource),
      );
      const absent = missing.filter(({ group }) => objects.some((object) => groupOf(object) === group));
      for (const { group, reason } of absent) process.stdout.write(`      not checked: ${group}: ${reason}\n`);
      const checked = objects.filter((object) => !absent.some(({ group }) => group === groupOf(object)));
      const kinds = new Set(checked.map(({ type }) => type));
      process.stdout.write(`      ${stack}: ${checked.length} custom resources of ${kinds.size} kinds\n`);
      assert.ok(kinds.size >= (absent.length > 0 ? 7 : 10), [...kinds].join(", "));
      assert.deepEqual(
        checked.flatMap(({ name, inputs }) => objectFaults(definitions, inputs).map((fault) => `${name}: ${fault}`)),
        [],
      );
    });
  }

  it("would be refused with a misspelt key, a wrong type, or a kind that nobody defines", () => {
    const gateway = { apiVersion: "networking.istio.io/v1", kind: "Gateway", metadata: { name: "a" } };
    assert.deepEqual(objectFaults(definitions, { ...gateway, spec: { selector: 1, server: [] } } as object), [
      "/spec must NOT have additional properties: server",
      "/spec/selector must be object",
    ]);
    assert.deepEqual(objectFaults(definitions, { ...gateway, kind: "Gatway" }), [
      "no definition of networking.istio.io/v1 Gatway",
    ]);
  });
});
