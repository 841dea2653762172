import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export interface CustomResourceArgs<Spec extends object> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Left out for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly spec?: Spec;
  /** Fields beside `spec`, for the kinds that have none. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * A custom resource with its exact name. Empty labels and annotations are left out: on a custom resource they show as a
 * difference at every `up`.
 */
export function createCustomResource<Spec extends object>(
  resourceName: string,
  args: CustomResourceArgs<Spec>,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const { apiVersion, kind, name, namespace, labels, annotations, spec, data } = args;
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
      ...data,
    },
    opts,
  );
}
