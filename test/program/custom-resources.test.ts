import { strict as assert } from "node:assert";
import { messageOf } from "../../common/errors.js";
import { serviceExportCrd } from "../../components/addons/multicluster-api.js";
import type { RecordedResource } from "../../cli/preview/recording.js";
import type { KubeObject } from "../../operations/local/servers/region/api.js";
import { readDefinitions } from "../../operations/local/servers/region/crds.js";
import { skip } from "../support/counts.js";
import { CustomResourceSchemas } from "../support/custom-resource-schemas.js";
import { runOf, stackNames } from "../support/stacks.js";

const groupOf = ({ inputs }: RecordedResource): string => String(inputs.apiVersion).split("/")[0] ?? "";

const isBuiltIn = (resource: RecordedResource): boolean => groupOf(resource).endsWith(".k8s.io");

describe("custom resources of the stacks", function () {
  this.timeout(300_000);
  let definitions: readonly KubeObject[] = [];

  before(async function () {
    const read = await readDefinitions().catch((thrown: unknown) => {
      skip(this, `the definitions come as Go modules: ${messageOf(thrown).split("\n")[0]}`);
    });
    definitions = [...read, serviceExportCrd as unknown as KubeObject];
  });

  function faultsOf({ apiVersion, kind, spec }: Readonly<Record<string, unknown>>): string[] {
    const group = String(apiVersion).split("/")[0];
    const definition = definitions.find((one) => {
      const defined = one.spec as { group: string; names: { kind: string } };
      return defined.group === group && defined.names.kind === kind;
    });
    if (definition === undefined) return [`no definition of ${String(apiVersion)} ${String(kind)}`];
    return spec === undefined ? [] : new CustomResourceSchemas([definition]).faults(definition.metadata.name, spec);
  }

  for (const stack of stackNames) {
    it(`of ${stack} are what their definitions say, to the last key`, async () => {
      const { resources } = await runOf(stack);
      const objects = resources.filter(
        (resource) => resource.type.startsWith("kubernetes:") && /\./.test(groupOf(resource)) && !isBuiltIn(resource),
      );
      const kinds = new Set(objects.map(({ type }) => type));
      process.stdout.write(`      ${stack}: ${objects.length} custom resources of ${kinds.size} kinds\n`);
      assert.ok(kinds.size >= 10, [...kinds].join(", "));
      assert.deepEqual(
        objects.flatMap(({ name, inputs }) => faultsOf(inputs).map((fault) => `${name}: ${fault}`)),
        [],
      );
    });
  }

  it("would be refused with a misspelt key, a wrong type, or a kind that nobody defines", () => {
    const gateway = { apiVersion: "networking.istio.io/v1", kind: "Gateway", metadata: { name: "a" } };
    assert.deepEqual(faultsOf({ ...gateway, spec: { selector: 1, server: [] } }), [
      " must NOT have additional properties: server",
      "/selector must be object",
    ]);
    assert.deepEqual(faultsOf({ ...gateway, kind: "Gatway" }), ["no definition of networking.istio.io/v1 Gatway"]);
  });
});
