import * as gcp from "@pulumi/gcp";
import type { Scope } from "../scope.js";

/** What a cluster needs. */
export const clusterApis = ["cloudkms", "compute", "container", "iam", "iamcredentials", "logging", "monitoring"];

/** What a fleet with multi-cluster Services needs besides. */
export const fleetApis = [
  "compute",
  "dns",
  "gkehub",
  "multiclusteringress",
  "multiclusterservicediscovery",
  "trafficdirector",
];

/**
 * Turns on the project's APIs, so that a new project works at once. They stay on after the stack: others may use them by
 * then.
 */
export function createServices(
  { name, child }: Pick<Scope, "name" | "child">,
  project: string,
  apis: readonly string[],
): readonly gcp.projects.Service[] {
  return apis.map(
    (api) =>
      new gcp.projects.Service(
        `${name}-api-${api}`,
        { project, service: `${api}.googleapis.com`, disableOnDestroy: false },
        child,
      ),
  );
}
