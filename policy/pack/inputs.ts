import { UNKNOWN, type Plain } from "../model/values.js";

const inputs = new Map<string, Plain>();

/** Keeps what a resource policy saw of a resource: its inputs. The engine shows every resource to those first. */
export function rememberInputs(urn: string, props: Plain): void {
  inputs.set(urn, props);
}

/**
 * A resource's outputs, completed by its inputs. The engine hands stack policies the outputs, and in the first preview
 * of a cluster its objects have none: their provider cannot be configured before the cluster exists.
 */
export function withInputs(urn: string, outputs: Plain): Plain {
  const known = Object.entries(outputs).filter(([, value]) => value !== UNKNOWN);
  return { ...outputs, ...inputs.get(urn), ...Object.fromEntries(known) };
}
