import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { GcpRegionConfig } from "../../../config/schema/regions.js";
import type { Scope } from "../scope.js";
import type { GrantedKey } from "./keys.js";
import type { GkeNetwork } from "./network.js";

/** A control plane, created or adopted. */
export interface GkeControlPlane {
  readonly name: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<string>;
  /** Base64. */
  readonly certificateAuthority: pulumi.Output<string>;
}

export interface ControlPlaneParts {
  readonly network: GkeNetwork;
  readonly secretsKey: GrantedKey;
  readonly volumesKey: GrantedKey;
  readonly nodeAccount: gcp.serviceaccount.Account;
  readonly fleetProject: string | undefined;
  readonly dependsOn: readonly pulumi.Resource[];
}

/** A new regional GKE Standard control plane; its nodes are pools of their own. */
export function createControlPlane(scope: Scope, region: GcpRegionConfig, parts: ControlPlaneParts): GkeControlPlane {
  const cluster = new gcp.container.Cluster(
    `${scope.name}-cluster`,
    {
      name: scope.cluster,
      project: region.project,
      location: region.region,
      ...versionInputs(region),
      ...networkInputs(region, parts.network),
      ...securityInputs(region, parts),
      ...telemetryInputs,
      ...(parts.fleetProject !== undefined && { fleet: { project: parts.fleetProject } }),
      // GKE insists on a first pool: the smallest that it takes, removed at once.
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      nodeConfig: { serviceAccount: parts.nodeAccount.email, bootDiskKmsKey: parts.volumesKey.id },
      deletionProtection: region.cluster.deletionProtection,
    },
    {
      ...scope.child,
      protect: scope.protect,
      dependsOn: [...parts.dependsOn, ...parts.network.egress, parts.secretsKey.grant, parts.volumesKey.grant],
      // It describes the removed pool, and GKE reports that of the oldest one left.
      ignoreChanges: ["nodeConfig"],
    },
  );
  return {
    name: cluster.name,
    endpoint: cluster.endpoint,
    certificateAuthority: cluster.masterAuth.apply((auth) => auth.clusterCaCertificate),
  };
}

/** The GKE cluster that the configuration adopts; it must have workload identity. */
export function adoptControlPlane(scope: Scope, region: GcpRegionConfig, name: string): GkeControlPlane {
  const cluster = gcp.container.getClusterOutput(
    { name, location: region.region, project: region.project },
    scope.child,
  );
  return {
    name: cluster.name,
    endpoint: cluster.endpoint,
    certificateAuthority: cluster.masterAuths.apply((auths) => auths[0]?.clusterCaCertificate ?? ""),
  };
}

type Inputs = Partial<gcp.container.ClusterArgs>;

function versionInputs({ cluster }: GcpRegionConfig): Inputs {
  const { start, end, recurrence } = cluster.maintenance;
  return {
    minMasterVersion: cluster.version,
    releaseChannel: { channel: cluster.releaseChannel },
    maintenancePolicy: { recurringWindow: { startTime: start, endTime: end, recurrence } },
  };
}

function networkInputs({ network, cluster }: GcpRegionConfig, placed: GkeNetwork): Inputs {
  const { allowList } = cluster.endpoint;
  return {
    network: placed.network,
    subnetwork: placed.subnetwork,
    networkingMode: "VPC_NATIVE",
    ipAllocationPolicy: {
      clusterSecondaryRangeName: placed.podRangeName,
      servicesSecondaryRangeName: placed.serviceRangeName,
    },
    // Dataplane V2 enforces network policies; the older add-on must stay off beside it.
    datapathProvider: "ADVANCED_DATAPATH",
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: allowList.length === 0,
      masterIpv4CidrBlock: network.controlPlaneCidr,
    },
    masterAuthorizedNetworksConfig: {
      cidrBlocks: allowList.map((cidrBlock) => ({ cidrBlock })),
      gcpPublicCidrsAccessEnabled: false,
    },
  };
}

function securityInputs(region: GcpRegionConfig, parts: ControlPlaneParts): Inputs {
  return {
    workloadIdentityConfig: { workloadPool: `${region.project}.svc.id.goog` },
    databaseEncryption: { state: "ENCRYPTED", keyName: parts.secretsKey.id },
    enableShieldedNodes: true,
    enableLegacyAbac: false,
    masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
    // Nothing may be granted to everybody who has, or has not, a Google account.
    rbacBindingConfig: {
      enableInsecureBindingSystemAuthenticated: false,
      enableInsecureBindingSystemUnauthenticated: false,
    },
    nodePoolDefaults: { nodeConfigDefaults: { insecureKubeletReadonlyPortEnabled: "FALSE" } },
    securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
    addonsConfig: {
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      horizontalPodAutoscaling: { disabled: false },
      httpLoadBalancing: { disabled: false },
    },
  };
}

const controlPlaneComponents = ["SYSTEM_COMPONENTS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER"];

const telemetryInputs: Inputs = {
  loggingConfig: { enableComponents: [...controlPlaneComponents, "WORKLOADS"] },
  monitoringConfig: {
    enableComponents: controlPlaneComponents,
    // The platform brings its own Prometheus; Google's would be paid for by the sample.
    managedPrometheus: { enabled: false },
    advancedDatapathObservabilityConfig: { enableMetrics: true, enableRelay: false },
  },
  costManagementConfig: { enabled: true },
};
