import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { agentLabels } from "../contracts.js";
import { createCustomResource } from "../custom-resource.js";
import { serviceSpec, type DeliveryPlan, type PlannedService, type PlannedWorkload } from "./plan.js";

export interface DeliveryPlace {
  readonly namespace: string;
  readonly parent: pulumi.Resource;
  readonly provider: pulumi.ProviderResource;
  readonly dependsOn: readonly pulumi.Resource[];
}

/** What routes wait for before they lead to a delivery. */
export interface Delivery {
  readonly services: readonly pulumi.Resource[];
  readonly workloads: readonly pulumi.Resource[];
}

/** Turns a delivery plan into resources: services and analyses first, then the workloads that name them. */
export function createDelivery(name: string, plan: DeliveryPlan, place: DeliveryPlace): Delivery {
  const services = plan.services.map((service) => createService(name, service, place));
  const analyses = Object.entries(plan.analyses).map(([analysis, spec]) =>
    createCustomResource(
      `${name}-${analysis}`,
      {
        kind: "argoproj.io/v1alpha1/AnalysisTemplate",
        name: analysis,
        namespace: place.namespace,
        labels: agentLabels,
        spec,
      },
      { parent: place.parent, provider: place.provider },
    ),
  );
  const dependsOn = [...place.dependsOn, ...services, ...analyses];
  const workloads = plan.workloads.map((workload) => createWorkload(name, workload, { ...place, dependsOn }));
  return { services, workloads };
}

function createService(name: string, service: PlannedService, place: DeliveryPlace): pulumi.Resource {
  return new k8s.core.v1.Service(
    `${name}-${service.name}`,
    {
      metadata: { name: service.name, namespace: place.namespace, labels: { ...agentLabels } },
      spec: serviceSpec(service.selector),
    },
    {
      parent: place.parent,
      provider: place.provider,
      ...(service.selectorIsManaged ? { ignoreChanges: ["spec.selector"] } : {}),
    },
  );
}

function createWorkload(name: string, workload: PlannedWorkload, place: DeliveryPlace): pulumi.Resource {
  const opts = {
    parent: place.parent,
    provider: place.provider,
    dependsOn: [...place.dependsOn],
    ...(workload.replicasAreManaged ? { ignoreChanges: ["spec.replicas"] } : {}),
  };
  const labels = { ...agentLabels };
  const annotations = { ...workload.annotations };
  if (workload.kind === "Deployment") {
    return new k8s.apps.v1.Deployment(
      `${name}-${workload.role}`,
      {
        metadata: { name: workload.name, namespace: place.namespace, labels, annotations },
        spec: workload.spec,
      },
      opts,
    );
  }
  return createCustomResource(
    `${name}-rollout`,
    {
      kind: "argoproj.io/v1alpha1/Rollout",
      name: workload.name,
      namespace: place.namespace,
      labels,
      // On creation: until its pods serve, no route may lead to it. It stays true while a version is stepped, so that an
      // update does not hold the stack's lock for an hour; what became of the version is for `rollout wait` to say.
      annotations: { ...annotations, "pulumi.com/waitFor": "condition=Available" },
      spec: workload.spec,
    },
    opts,
  );
}
