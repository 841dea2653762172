import { randomBytes } from "node:crypto";
import type { LocalRegion } from "../../operations/local/region.js";
import type { KubeObject } from "../../operations/local/servers/region/api.js";
import { computedMark } from "../preview/computed.js";
import type { RecordedResource } from "../preview/recording.js";
import { runProgram } from "../preview/run-program.js";
import { readStackFile, type StackFile } from "../preview/stack-files.js";
import { projectRoot } from "../root.js";

const REGIONS = "agent-platform:regions";

/** The local stack's configuration with its regions on clusters that run here. */
function onClusters(file: StackFile, regions: readonly LocalRegion[]): StackFile {
  const given = JSON.parse(file.config[REGIONS] ?? "[]") as object[];
  const placed = regions.map(({ name, kubeconfigFile, plan }, index) => ({
    ...given[index],
    kubeconfig: kubeconfigFile,
    context: name,
    podCidr: plan.podCidr,
  }));
  return { ...file, config: { ...file.config, [REGIONS]: JSON.stringify(placed) } };
}

const isObject = ({ type, custom }: RecordedResource): boolean =>
  custom && type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/");

/** Passwords are made here as the engine would make them: the same mark is the same password wherever it stands. */
class Passwords {
  private readonly made = new Map<string, string>();

  fill(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.fill(item));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.fill(inner)]));
    }
    if (typeof value !== "string" || !value.includes(computedMark)) return value;
    return value.replaceAll(new RegExp(`password-[\\w-]*${computedMark}\\w*`, "g"), (mark) => {
      const password = this.made.get(mark) ?? randomBytes(24).toString("hex");
      this.made.set(mark, password);
      return password;
    });
  }
}

/** What the stack `local` makes of Kubernetes objects, in the order of the regions, with secrets that are ready for use. */
export async function localObjects(regions: readonly LocalRegion[]): Promise<KubeObject[][]> {
  const { program } = await import("../../components/program.js");
  const file = onClusters(readStackFile(projectRoot, "local"), regions);
  const { resources } = await runProgram(program, file);
  const byProvider = new Map<string, KubeObject[]>();
  const passwords = new Passwords();
  for (const resource of resources.filter(isObject)) {
    const provider = resource.provider ?? "";
    const object = passwords.fill(structuredClone(resource.inputs)) as KubeObject;
    byProvider.set(provider, [...(byProvider.get(provider) ?? []), object]);
  }
  return [...byProvider.values()];
}
