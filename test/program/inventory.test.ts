import { strict as assert } from "node:assert";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RecordedResource } from "../../cli/preview/recording.js";
import type { ProgramRun } from "../../cli/preview/run-program.js";
import { describeInputs } from "./key-inputs.js";
import { runOf, runRaw, rawConfig, stackNames } from "../support/stacks.js";

const nameOf = (urn: string | undefined): string => urn?.split("::").at(-1) ?? "-";

/** One line a resource: type, name, parent, provider, what guards it, and its key inputs. */
function line(resource: RecordedResource): string {
  const { type, name, parent, provider, protect, retainOnDelete, ignoreChanges } = resource;
  const guards = [
    protect ? "protect" : "",
    retainOnDelete ? "retain" : "",
    ignoreChanges.length > 0 ? `ignore(${ignoreChanges.join(",")})` : "",
    describeInputs(resource),
  ].filter((part) => part !== "");
  return [type, name, nameOf(parent), nameOf(provider), ...guards].join(" ");
}

function inventory(run: ProgramRun): string {
  return `${run.resources.map(line).sort().join("\n")}\n`;
}

describe("inventory of the stacks", function () {
  this.timeout(900_000);

  for (const stack of stackNames) {
    it(`of ${stack} is exactly test/program/inventory/${stack}.txt (UPDATE_INVENTORY=1 writes it anew)`, async () => {
      const actual = inventory(await runOf(stack));
      const file = join(__dirname, "inventory", `${stack}.txt`);
      if (process.env.UPDATE_INVENTORY === "1") writeFileSync(file, actual);
      assert.ok(existsSync(file), `${file} is missing`);
      assert.deepEqual(actual.split("\n"), readFileSync(file, "utf8").split("\n"));
    });

    it(`of ${stack} has an explicit provider and a parent for every resource`, async () => {
      const { resources } = await runOf(stack);
      for (const resource of resources.filter(({ type }) => type !== "pulumi:pulumi:Stack")) {
        assert.ok(resource.parent !== undefined, resource.urn);
        const needsProvider = resource.custom && !/^(pulumi:providers|random):/.test(resource.type);
        assert.ok(!needsProvider || resource.provider !== undefined, `${resource.urn} uses a default provider`);
      }
    });

    it(`of ${stack} keeps each region's resources on the region's own providers`, async () => {
      const { resources } = await runOf(stack);
      const keys = resources.filter(({ type }) => type === "agent-platform:region:Region").map(({ name }) => name);
      for (const key of keys) {
        const others = keys.filter((other) => other !== key);
        const own = resources.filter(({ name, type }) => name.startsWith(`${key}-`) && type.startsWith("kubernetes:"));
        assert.ok(own.length > 20, `${key} has few objects`);
        for (const { urn, provider } of own) {
          assert.ok(!others.some((other) => nameOf(provider).startsWith(other)), `${urn} is on ${nameOf(provider)}`);
        }
      }
    });

    it(`of ${stack} has exact names: no object is named by chance`, async () => {
      const { resources } = await runOf(stack);
      const objects = resources.filter(({ type }) => /^kubernetes:(?!helm)/.test(type));
      const unnamed = objects.filter(
        ({ inputs }) => (inputs.metadata as { name?: string } | undefined)?.name === undefined,
      );
      assert.deepEqual(
        unnamed.map(({ urn }) => urn),
        [],
      );
      const keys = objects.map(({ inputs, provider }) => {
        const { kind, apiVersion, metadata } = inputs as {
          kind: string;
          apiVersion: string;
          metadata: { name: string; namespace?: string };
        };
        return [provider, apiVersion, kind, metadata.namespace, metadata.name].join("/");
      });
      assert.deepEqual(
        keys.filter((key, index) => keys.indexOf(key) !== index),
        [],
      );
    });
  }

  it("is the same in a first preview, where every computed value is unknown", async () => {
    for (const stack of stackNames) {
      const known = await runOf(stack);
      const raw = rawConfig(stack);
      const unknown = await runRaw(raw, { outputsKnown: false });
      const plain = (run: ProgramRun): string[] =>
        run.resources
          .map(({ type, name }) => `${type} ${name}`.replace(/-(test|local|staging|production)\b/, ""))
          .sort();
      assert.deepEqual(plain(unknown), plain(known));
      const uncertain = (run: ProgramRun): number =>
        run.resources.filter(({ unknownPaths }) => unknownPaths.length > 0).length;
      assert.ok(uncertain(unknown) >= uncertain(known), `${stack}: ${uncertain(unknown)} against ${uncertain(known)}`);
    }
  });

  it("keeps secrets secret: passwords reach only Secrets and secret inputs", async () => {
    for (const stack of stackNames) {
      const { resources } = await runOf(stack);
      for (const { urn, inputs, secretPaths } of resources) {
        const leaks = leafPaths(inputs).filter(
          ([path, value]) =>
            typeof value === "string" &&
            value.startsWith("password-") &&
            !secretPaths.some((secret) => path.startsWith(secret)),
        );
        assert.deepEqual(leaks, [], urn);
      }
    }
  });
});

function leafPaths(value: unknown, path = ""): [path: string, value: unknown][] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => leafPaths(item, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leafPaths(inner, path === "" ? key : `${path}.${key}`));
}
