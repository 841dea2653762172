import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { ExitCode, PlatformError } from "../common/errors.js";
import { reasonOf } from "./reason.js";

/**
 * The one file that kubectl would read where none is named: of `KUBECONFIG`, else `~/.kube/config`.
 * @throws PlatformError with exit code 2 where `KUBECONFIG` names several.
 */
export function defaultKubeconfig(): string {
  const [file, ...more] = (process.env.KUBECONFIG ?? "").split(delimiter).filter((name) => name !== "");
  if (more.length === 0) return file ?? join(homedir(), ".kube", "config");
  const rule = "names several files, and one has to have every context";
  throw new PlatformError("it is not clear which kubeconfig is meant", ExitCode.configuration, [
    { path: "KUBECONFIG", received: process.env.KUBECONFIG, rule, fix: "--kubeconfig FILE" },
  ]);
}

/**
 * A kubeconfig by its file, with one of its contexts where it is not the current one that is meant.
 * @param file Default: what kubectl reads, several files of `KUBECONFIG` taken together.
 * @throws PlatformError with exit code 2 where the file is no kubeconfig, or has no cluster for the context.
 */
export async function readKubeconfig(file: string | undefined, context?: string): Promise<KubeConfig> {
  // Loaded late: the client takes most of a second, which a status or a mistake should not wait for.
  const { KubeConfig: Config } = await import("@kubernetes/client-node");
  const config = new Config();
  const unusable = (rule: string, fix: string): PlatformError =>
    new PlatformError("the cluster cannot be opened", ExitCode.configuration, [
      { path: file ?? process.env.KUBECONFIG ?? "~/.kube/config", rule, fix },
    ]);
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (thrown) {
    const [reason = ""] = reasonOf(thrown).split("\n");
    throw unusable(`is no kubeconfig: ${reason}`, "a kubeconfig as kubectl reads it");
  }
  if (context !== undefined) config.setCurrentContext(context);
  if (config.getCurrentCluster() !== null) return config;
  const wanted = config.getCurrentContext();
  const known = config.getContexts().map(({ name }) => name);
  throw unusable(
    wanted ? `has no cluster for context ${wanted}` : "names no current context",
    known.length === 0 ? "a kubeconfig as kubectl reads it" : `one of its contexts: ${known.join(", ")}`,
  );
}
