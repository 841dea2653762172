import { Option } from "commander";
import { ExitCode, PlatformError } from "../common/errors.js";
import { userPath } from "./root.js";

/** `--kubeconfig` of a command whose `--context` names one or more clusters. */
export function kubeconfigOption(): Option {
  const description = "where --context is looked for (default: KUBECONFIG, then ~/.kube/config)";
  return new Option("--kubeconfig <file>", description).argParser(userPath);
}

/**
 * A kubeconfig says where contexts are; without a context it would be taken no notice of.
 * @param otherwise What the command does where neither is given.
 * @throws PlatformError with exit code 2.
 */
export function refuseKubeconfigAlone(
  { kubeconfig, context }: { readonly kubeconfig?: string; readonly context?: string | readonly string[] },
  otherwise: string,
): void {
  if (kubeconfig === undefined || context !== undefined) return;
  const rule = "is where --context is looked for, and none is given";
  const faults = [
    { path: "--kubeconfig", received: kubeconfig, rule, fix: `--context NAME; or leave it out, ${otherwise}` },
  ];
  throw new PlatformError("a kubeconfig alone says nothing", ExitCode.configuration, faults);
}
