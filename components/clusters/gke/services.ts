import * as gcp from "@pulumi/gcp";
import type { Scope } from "../scope.js";

const always = ["cloudkms", "compute", "container", "iam", "iamcredentials", "logging", "monitoring"];
const ofFleets = ["gkehub", "multiclusteringress", "multiclusterservicediscovery"];

/**
 * Turns on the project's APIs that the cluster needs, so that a new project works at once. They stay on after the
 * stack: others may use them by then.
 */
export function createServices(scope: Scope, project: string, fleet: boolean): readonly gcp.projects.Service[] {
  return [...always, ...(fleet ? ofFleets : [])].map(
    (api) =>
      new gcp.projects.Service(
        `${scope.name}-api-${api}`,
        { project, service: `${api}.googleapis.com`, disableOnDestroy: false },
        scope.child,
      ),
  );
}
