import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { CustomResourceKind, SpecOf } from "./custom-resource-models.js";

export interface CustomResourceArgs<Kind extends CustomResourceKind> {
  /** API version and kind, such as `argoproj.io/v1alpha1/Rollout`. */
  readonly kind: Kind;
  readonly name: string;
  /** Left out for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Left out for the kinds that have none. */
  readonly spec?: SpecOf<Kind>;
}

/**
 * A custom resource with its exact name. Empty labels and annotations are left out: on a custom resource they show as a
 * difference at every `up`.
 */
export function createCustomResource<Kind extends CustomResourceKind>(
  resourceName: string,
  args: CustomResourceArgs<Kind>,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const { name, namespace, labels, annotations, spec } = args;
  const [, apiVersion = "", kind = ""] = /^(.+)\/(\w+)$/.exec(args.kind) ?? [];
  const filled = (entries?: object): boolean => entries !== undefined && Object.keys(entries).length > 0;
  return new k8s.apiextensions.CustomResource(
    resourceName,
    {
      apiVersion,
      kind,
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(filled(labels) ? { labels: { ...labels } } : {}),
        ...(filled(annotations) ? { annotations: { ...annotations } } : {}),
      },
      ...(spec === undefined ? {} : { spec }),
    },
    opts,
  );
}
