import * as aws from "@pulumi/aws";
import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RecordedResource } from "../../cli/preview/recording.js";
import { runProgram } from "../../cli/preview/run-program.js";
import type { ClusterTarget } from "../../components/clusters/cluster.js";
import { createAwsRole } from "../../components/clusters/identity/aws-role.js";
import { fleetProject } from "../../config/fleet.js";
import type { RegionConfig } from "../../config/schema/regions.js";
import type { StackConfig } from "../../config/schema/stack.js";

export interface PlatformRun {
  readonly resources: readonly RecordedResource[];
  /** Resources below a component of this type, providers left out, in the order of registration. */
  readonly below: (component: string) => readonly RecordedResource[];
  /** The one resource of a type and name. */
  readonly get: (type: string, name: string) => RecordedResource;
}

function cloudProvider(region: RegionConfig): pulumi.ProviderResource | undefined {
  switch (region.cloud) {
    case "aws":
      return new aws.Provider(`${region.key}-aws`, { region: region.region });
    case "gcp":
      return new gcp.Provider(`${region.key}-gcp`, { project: region.project, region: region.region });
    case "existing":
      return undefined;
  }
}

/** A cluster's contract without the cluster: what is under test stands alone, and a run takes no network to plan. */
function clusterTarget(region: RegionConfig, fleet?: string): ClusterTarget {
  const { key, cloud, role, weight } = region;
  const gives = cloud === "aws" ? "hostname" : "ip";
  const trusted = {
    issuer: pulumi.output(`https://issuer.example/${key}`),
    providerArn: pulumi.output("arn:aws:iam::123456789012:oidc-provider/issuer.example"),
    cluster: key,
  };
  return {
    ...{ key, cloud, region: region.region, role, weight },
    provider: new k8s.Provider(`${key}-kubernetes`, { kubeconfig: "{}" }),
    cloudProvider: cloudProvider(region),
    kubeconfig: pulumi.secret("{}"),
    storageClass: "encrypted",
    podCidrs: ["10.0.0.0/16"],
    loadBalancer: { gives, annotations: { [`example.com/${cloud}`]: "balanced" } },
    ...(fleet === undefined
      ? {}
      : { fleetMembership: pulumi.output(`projects/${fleet}/locations/${region.region}/memberships/${key}`) }),
    ready: [],
    workloadIdentity: () => ({ serviceAccountAnnotations: {} }),
    awsRole: (request) =>
      createAwsRole(request, {
        ...trusted,
        provider: new aws.Provider(`${request.name}-aws`, { region: "us-east-1" }),
      }),
  };
}

/** Runs a part of the program on the mock runtime, on one cluster for each of the stack's regions. */
export async function runOnTargets(
  config: StackConfig,
  program: (clusters: readonly ClusterTarget[]) => void,
  outputsKnown = true,
): Promise<PlatformRun> {
  const run = await runProgram(
    () => {
      const fleet = fleetProject(config.regions);
      program(config.regions.map((region) => clusterTarget(region, fleet)));
      return {};
    },
    { project: "agent-platform", stack: "test", config: {}, secretKeys: [] },
    { outputsKnown },
  );
  const byUrn = new Map(run.resources.map((resource) => [resource.urn, resource]));
  const isBelow = (resource: RecordedResource, component: string): boolean => {
    const parent = byUrn.get(resource.parent ?? "");
    return parent !== undefined && (parent.type === component || isBelow(parent, component));
  };
  return {
    resources: run.resources,
    below: (component) =>
      run.resources.filter((resource) => !resource.type.startsWith("pulumi:") && isBelow(resource, component)),
    get: (type, name) => {
      const found = run.resources.filter((resource) => resource.type === type && resource.name === name);
      if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} resources ${type} ${name}`);
      return found[0];
    },
  };
}
