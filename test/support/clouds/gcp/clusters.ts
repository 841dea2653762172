import { named, present, type Inputs } from "../inputs.js";

const truths: Readonly<Record<string, boolean>> = { TRUE: true, FALSE: false };

/** The provider spells this truth out, for it has a third state. */
function kubelet(config: unknown): object | undefined {
  if (config === undefined) return undefined;
  const { insecureKubeletReadonlyPortEnabled, ...rest } = config as Inputs;
  const port = truths[insecureKubeletReadonlyPortEnabled as string];
  return present({ ...rest, insecureKubeletReadonlyPortEnabled: port });
}

function nodeConfig(config: unknown): object | undefined {
  if (config === undefined) return undefined;
  const { kubeletConfig, ...rest } = config as Inputs;
  return present({ ...rest, kubeletConfig: kubelet(kubeletConfig) });
}

function monitoring(config: unknown): object | undefined {
  if (config === undefined) return undefined;
  const { enableComponents, managedPrometheus, ...rest } = config as Inputs;
  return present({
    ...rest,
    componentConfig: enableComponents && { enableComponents },
    managedPrometheusConfig: managedPrometheus,
  });
}

/** A cluster as the API spells it: where the provider has flattened something, or renamed it, it is put back. */
export function clusterBody(inputs: Inputs): Inputs {
  const { enableComponents } = (inputs.loggingConfig ?? {}) as Inputs;
  const { recurringWindow } = (inputs.maintenancePolicy ?? {}) as { recurringWindow?: Inputs };
  const defaults = (inputs.nodePoolDefaults as { nodeConfigDefaults?: Inputs } | undefined)?.nodeConfigDefaults;
  const port = { insecureKubeletReadonlyPortEnabled: defaults?.insecureKubeletReadonlyPortEnabled };
  const authorized = inputs.masterAuthorizedNetworksConfig as Inputs | undefined;
  // The default pool is made with the cluster, and goes once the cluster is there.
  const removed = inputs.removeDefaultNodePool === true ? "default-pool" : "kept";
  return present({
    name: inputs.name,
    addonsConfig: inputs.addonsConfig,
    costManagementConfig: inputs.costManagementConfig,
    databaseEncryption: inputs.databaseEncryption,
    networkConfig: { datapathProvider: inputs.datapathProvider },
    legacyAbac: { enabled: inputs.enableLegacyAbac },
    shieldedNodes: { enabled: inputs.enableShieldedNodes },
    ipAllocationPolicy: {
      ...(inputs.ipAllocationPolicy as Inputs),
      useIpAliases: inputs.networkingMode === "VPC_NATIVE",
    },
    loggingConfig: { componentConfig: { enableComponents } },
    maintenancePolicy: recurringWindow && {
      window: {
        recurringWindow: {
          window: { startTime: recurringWindow.startTime, endTime: recurringWindow.endTime },
          recurrence: recurringWindow.recurrence,
        },
      },
    },
    masterAuth: inputs.masterAuth,
    masterAuthorizedNetworksConfig: authorized && { enabled: true, ...authorized },
    initialClusterVersion: inputs.minMasterVersion,
    monitoringConfig: monitoring(inputs.monitoringConfig),
    network: inputs.network,
    subnetwork: inputs.subnetwork,
    nodePools: [{ name: removed, initialNodeCount: inputs.initialNodeCount, config: nodeConfig(inputs.nodeConfig) }],
    nodePoolDefaults: { nodeConfigDefaults: { nodeKubeletConfig: kubelet(port) } },
    privateClusterConfig: inputs.privateClusterConfig,
    rbacBindingConfig: inputs.rbacBindingConfig,
    releaseChannel: inputs.releaseChannel,
    securityPostureConfig: inputs.securityPostureConfig,
    workloadIdentityConfig: inputs.workloadIdentityConfig,
    resourceLabels: inputs.resourceLabels,
  });
}

export function nodePoolBody(inputs: Inputs, name: string): Inputs {
  return present({
    name: named(inputs.name, name),
    autoscaling: inputs.autoscaling && { enabled: true, ...(inputs.autoscaling as Inputs) },
    initialNodeCount: inputs.initialNodeCount,
    locations: inputs.nodeLocations,
    management: inputs.management,
    config: nodeConfig(inputs.nodeConfig),
    upgradeSettings: inputs.upgradeSettings,
    version: inputs.version,
  });
}
