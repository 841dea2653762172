import { defineCheck } from "../../engine/check.js";
import { fail, notApplicable, pass, unknownUntilDeployment, warning, type Verdict } from "../../engine/result.js";
import type { Resource, Subject } from "../../model/resource.js";
import { append } from "../../model/collections.js";
import type { PlatformView } from "../../model/view.js";
import { at, isUnknown, record, records, text } from "../../model/values.js";
import type { Workload } from "../../model/workload.js";
import { argumentsOf } from "../support/environment.js";
import { assignmentsOf, holdsCredential, nameTells, type Sensitivity } from "../support/sensitive.js";

interface Holder extends Subject {
  readonly resource: Resource;
  readonly workload?: Workload;
}

/**
 * Severity critical. A literal with a sensitive name, or with a credential in its value, fails in environment
 * variables, arguments and ConfigMaps; a `secretKeyRef` is right. A settings file in a ConfigMap that seems to assign one
 * is a warning. Names that end in `_FILE`, `_DIR`, `_PATH` and the like are no secrets. Nothing sensitive at all is `n/a`. Source: R1 (secret management).
 */
export const secrets = defineCheck<Holder>({
  id: "secrets",
  title: "Sensitive values come from Secrets",
  category: "security",
  severity: "critical",
  scope: "resource",
  why: "A literal is readable by everybody who may read the object, its history or its repository.",
  remediation: "Move the value into a Secret and read it with secretKeyRef, envFrom.secretRef or a mounted volume.",
  link: "https://kubernetes.io/docs/concepts/configuration/secret/",
  subjects: (view: PlatformView) => [
    ...view.workloads.map((workload) => ({ ...workload, workload })),
    ...view.ofKind("ConfigMap").map((resource) => ({ ...resource, resource })),
  ],
  judge: ({ resource, workload }) => (workload ? judgeWorkload(workload) : judgeConfigMap(resource)),
});

function judgeWorkload(workload: Workload): Verdict {
  if (isUnknown(workload.podSpec)) return unknownUntilDeployment("the pod's spec");
  const unread = workload.containers.find(({ spec }) => isUnknown(spec.env));
  if (unread) return unknownUntilDeployment(`${unread.path}.env`);
  const found = new Map<Sensitivity, string[]>();
  for (const { name, spec } of workload.containers) {
    for (const entry of records(spec.env)) {
      const variable = text(entry.name) ?? "";
      const sensitivity = sensitivityOf(variable, entry.value);
      if (sensitivity) append(found, sensitivity, `container ${name} sets ${variable} as a literal`);
    }
  }
  findInArguments(argumentsOf(workload), found);
  return verdict(found) ?? (usesSecrets(workload) ? pass("reads its secrets from Secrets") : nothing);
}

function findInArguments(given: readonly string[], found: Map<Sensitivity, string[]>): void {
  for (const [index, argument] of given.entries()) {
    const [, flag = "", value] = /^--?([\w.-]+)(?:=(.+))?$/.exec(argument) ?? [];
    const next = given[index + 1] ?? "";
    const sensitivity = sensitivityOf(flag, value ?? (next.startsWith("-") ? "" : next));
    if (!sensitivity) continue;
    // What follows a flag may be something of its own, after a mere switch.
    append(found, value === undefined ? "likely" : sensitivity, `an argument gives --${flag} as a literal`);
  }
}

const nothing = notApplicable("holds nothing sensitive, as far as the input shows");

function judgeConfigMap(map: Resource): Verdict {
  const data = map.body.data;
  if (isUnknown(data)) return unknownUntilDeployment("data");
  const found = new Map<Sensitivity, string[]>();
  let open: string | undefined;
  for (const [key, value] of Object.entries(record(data))) {
    // A federated identity's file says where a credential is asked for, and holds none: only its content tells.
    if (isUnknown(value) && key.endsWith(".json")) {
      open ??= key;
      continue;
    }
    const sensitivity = sensitivityOf(key, value);
    if (sensitivity) append(found, sensitivity, `${key} is kept in a ConfigMap`);
    if (typeof value !== "string") continue;
    for (const [name, literal] of assignmentsOf(value)) {
      if (sensitivityOf(name, literal)) append(found, "likely", `${key} sets ${name} in a ConfigMap`);
    }
  }
  return verdict(found) ?? (open === undefined ? nothing : unknownUntilDeployment(`data.${open}`));
}

function verdict(found: ReadonlyMap<Sensitivity, readonly string[]>): Verdict | undefined {
  const certain = found.get("certain") ?? [];
  if (certain.length > 0) return fail(certain.join("; "));
  const likely = found.get("likely") ?? [];
  return likely.length > 0 ? warning(likely.join("; ")) : undefined;
}

/** Switches, paths, URLs without a password, and what is filled in from elsewhere (`$(X)`, `${X}`, `{{ x }}`, `<x>`). */
const HARMLESS =
  /^(true|false|null|none|\/\S*|\S+\.json|\$\([\w.]+\)|\$\{[\w.:-]+\}|\$\w+|\{\{.*\}\}|<[^>]*>|[a-z][a-z0-9+.-]*:\/\/\S*|[[{|>].*)$/i;

/** A literal under a sensitive name is wrong whatever its value, also where that is only known at deployment. */
function sensitivityOf(name: string, value: unknown): Sensitivity | undefined {
  if (isUnknown(value)) return nameTells(name);
  const literal = typeof value === "number" ? String(value) : text(value);
  if (literal === undefined || literal === "") return undefined;
  if (holdsCredential(literal)) return "certain";
  // The configuration of a federated identity holds no secret: it says where one is asked for.
  if (/"type"\s*:\s*"external_account"/.test(literal)) return undefined;
  const harmless = HARMLESS.test(literal.trim());
  return harmless ? undefined : nameTells(name);
}

function usesSecrets(workload: Workload): boolean {
  const volumes = records(at(workload.podSpec, "volumes"));
  return (
    volumes.some((volume) => volume.secret !== undefined || volume.csi !== undefined) ||
    workload.containers.some(
      ({ spec }) =>
        records(spec.env).some((entry) => at(entry, "valueFrom", "secretKeyRef") !== undefined) ||
        records(spec.envFrom).some((entry) => entry.secretRef !== undefined),
    )
  );
}
