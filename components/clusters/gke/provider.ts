import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "../scope.js";

export interface GcpProviderArgs {
  readonly project: string;
  /** Left out for what belongs to no region. */
  readonly region?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Provider of one project, which labels everything that it makes. */
export function createGcpProvider(
  name: string,
  { project, region, tags }: GcpProviderArgs,
  parent: pulumi.Resource,
): gcp.Provider {
  return new gcp.Provider(
    `${name}-gcp`,
    {
      project,
      ...(region === undefined ? {} : { region }),
      defaultLabels: labelsOf(tags),
      addPulumiAttributionLabel: false,
    },
    { parent },
  );
}
