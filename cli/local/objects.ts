import { randomBytes } from "node:crypto";
import type { ExistingRegionConfig } from "../../config/schema/regions.js";
import { objectStoreServices, STORE_ACCOUNT } from "../../operations/local/object-store.js";
import type { RunningRegion } from "../../operations/local/region.js";
import type { KubeObject } from "../../operations/local/servers/region/api.js";
import { computedMark } from "../preview/computed.js";
import type { RecordedResource } from "../preview/recording.js";
import { runProgram } from "../preview/run-program.js";
import { readStackFile, type StackFile } from "../preview/stack-files.js";
import { projectRoot } from "../root.js";

const REGIONS = "agent-platform:regions";

/** A cluster by what a region of the stack `local` says of it. */
export type Cluster = Pick<ExistingRegionConfig, "kubeconfig" | "context"> &
  Partial<Pick<ExistingRegionConfig, "podCidr" | "storageClass">>;

/** The regions of the stack `local`, as its file has them. */
export function regionsOf(file: StackFile): readonly { readonly key: string }[] {
  return JSON.parse(file.config[REGIONS] ?? "[]") as { key: string }[];
}

/** The local stack's configuration with its regions on other clusters, in their order. */
export function onClusters(file: StackFile, clusters: readonly Cluster[]): StackFile {
  const placed = regionsOf(file).map((region, index) => ({ ...region, ...clusters[index] }));
  return { ...file, config: { ...file.config, [REGIONS]: JSON.stringify(placed) } };
}

const isObject = ({ type, custom }: RecordedResource): boolean =>
  custom && type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/");

/** Passwords are made here as the engine would make them: the same mark is the same password wherever it stands. */
class Passwords {
  constructor(private readonly made: Map<string, string>) {}

  /** The password of a name, made on first use. */
  of(name: string): string {
    const password = this.made.get(name) ?? randomBytes(24).toString("hex");
    this.made.set(name, password);
    return password;
  }

  fill(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.fill(item));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.fill(inner)]));
    }
    if (typeof value !== "string" || !value.includes(computedMark)) return value;
    return value.replaceAll(new RegExp(`password-[\\w-]*${computedMark}\\w*`, "g"), (mark) => this.of(mark));
  }
}

/** Credentials of the backup store, which whoever runs a cluster of their own puts into it. */
const backupCredentials = (namespace: string, secretKey: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "backup-credentials", namespace },
  stringData: { ACCESS_KEY_ID: STORE_ACCOUNT.accessKey, ACCESS_SECRET_KEY: secretKey },
});

/**
 * What the stack `local` makes of Kubernetes objects, in the order of the regions, with secrets that are ready for use.
 * Passwords are those of `known`, which takes up what had to be made.
 */
export async function localObjects(
  regions: readonly RunningRegion[],
  known = new Map<string, string>(),
): Promise<KubeObject[][]> {
  const { program } = await import("../../components/program.js");
  const file = onClusters(
    readStackFile(projectRoot, "local"),
    regions.map(({ name, kubeconfigFile, plan }) => ({
      kubeconfig: kubeconfigFile,
      context: name,
      podCidr: plan.podCidr,
    })),
  );
  const { resources } = await runProgram(program, file);
  const byProvider = new Map<string, KubeObject[]>();
  const passwords = new Passwords(known);
  for (const resource of resources.filter(isObject)) {
    const provider = resource.provider ?? "";
    const object = passwords.fill(structuredClone(resource.inputs)) as KubeObject;
    byProvider.set(provider, [...(byProvider.get(provider) ?? []), object]);
  }
  const credentials = backupCredentials("agent-memory", passwords.of(STORE_ACCOUNT.password));
  return [...byProvider.values()].map((objects) => [...objects, credentials, ...objectStoreServices(objects)]);
}
