import { defineCheck, type Context } from "../../engine/check.js";
import { matchesPattern } from "../../engine/exemptions.js";
import { fail, notApplicable, pass, unknownUntilDeployment } from "../../engine/result.js";
import { at, isPlain, isUnknown, record, records, text } from "../../model/values.js";
import type { Container, Workload } from "../../model/workload.js";
import { releases } from "../support/collectors.js";
import { workloads } from "../support/subjects.js";

type Kind = "ConfigMap" | "Secret" | "ServiceAccount";

interface Reference {
  readonly kind: Kind;
  readonly name: string;
  /** The entry that is read, where a single one is. */
  readonly key?: string;
}

/**
 * Severity high. A pod whose ConfigMap, Secret, key or ServiceAccount is not there does not start. Said only where the
 * input holds objects of that kind in the pods' namespace: one file of many proves nothing, and a live cluster's Secrets
 * are not read. References marked optional are left alone. Source: R2 (environment and files from ConfigMap and Secret,
 * account of its own).
 */
export const references = defineCheck({
  id: "references",
  title: "ConfigMaps, Secrets and accounts that pods name are there",
  category: "infrastructure",
  severity: "high",
  scope: "stack",
  why: "The pods wait in CreateContainerConfigError until somebody reads the events.",
  remediation: "Correct the name or the key, or create the object.",
  link: "https://kubernetes.io/docs/concepts/configuration/configmap/",
  parameters: {
    external: {
      type: "array",
      default: [],
      description: "Kind/name of what somebody else puts into the namespace; `*` for any run of characters.",
    },
  },
  subjects: workloads,
  judge: (workload, context) => {
    if (isUnknown(workload.podSpec)) return unknownUntilDeployment("the pod's spec");
    const found = referencesOf(workload);
    const external = context.strings("external");
    const known = found.filter(
      (reference) =>
        isJudgeable(reference, workload, context) &&
        !external.some((pattern) => matchesPattern(pattern, `${reference.kind}/${reference.name}`)),
    );
    const missing = known.flatMap((reference) => problemOf(reference, workload, context) ?? []);
    if (missing.length > 0) return fail([...new Set(missing)].join("; "));
    return known.length > 0
      ? pass(`${known.length} references are met`)
      : notApplicable("names nothing that the input could hold");
  },
});

function referencesOf({ podSpec, containers }: Workload): readonly Reference[] {
  const account = text(at(podSpec, "serviceAccountName"));
  return [
    ...(account === undefined || account === "default" ? [] : [{ kind: "ServiceAccount" as const, name: account }]),
    ...containers.flatMap(fromContainer),
    ...records(at(podSpec, "volumes")).flatMap((volume) => [
      ...named("ConfigMap", volume.configMap, "name"),
      ...named("Secret", volume.secret, "secretName"),
      ...records(at(volume.projected, "sources")).flatMap((source) => [
        ...named("ConfigMap", source.configMap, "name"),
        ...named("Secret", source.secret, "name"),
      ]),
    ]),
  ];
}

function fromContainer({ spec }: Container): Reference[] {
  return [
    ...records(spec.envFrom).flatMap((source) => [
      ...named("ConfigMap", source.configMapRef, "name"),
      ...named("Secret", source.secretRef, "name"),
    ]),
    ...records(spec.env).flatMap((entry) => [
      ...named("ConfigMap", at(entry, "valueFrom", "configMapKeyRef"), "name"),
      ...named("Secret", at(entry, "valueFrom", "secretKeyRef"), "name"),
    ]),
  ];
}

function named(kind: Kind, source: unknown, field: string): Reference[] {
  if (!isPlain(source) || source.optional === true) return [];
  const [name, key] = [text(source[field]), text(source.key)];
  if (name === undefined || name === "kube-root-ca.crt") return [];
  return [{ kind, name, ...(key === undefined ? {} : { key }) }];
}

/** Whether the input says enough of a kind: it holds some of the namespace, which no chart adds to unseen. */
function isJudgeable({ kind }: Reference, { resource }: Workload, { view }: Context): boolean {
  const { cluster, namespace } = resource;
  const holders = view.once(
    `namespaces that hold a ${kind}`,
    () => new Set(view.ofKind(kind).map((entry) => `${entry.cluster}\n${entry.namespace}`)),
  );
  return (
    holders.has(`${cluster}\n${namespace}`) &&
    !releases(view).some((entry) => entry.namespace === namespace && (entry.cluster ?? cluster) === cluster)
  );
}

function problemOf({ kind, name, key }: Reference, { resource }: Workload, { view }: Context): string | undefined {
  const { cluster, namespace } = resource;
  const object = view.find({ cluster, kind, namespace, name });
  if (!object) return `names ${kind} ${name}, which does not exist in ${namespace}`;
  const { data, stringData, binaryData } = object.body;
  if (key === undefined || [data, stringData, binaryData].some(isUnknown)) return undefined;
  const keys = { ...record(data), ...record(stringData), ...record(binaryData) };
  return key in keys ? undefined : `reads ${key} of ${kind} ${name}, which does not have it`;
}
