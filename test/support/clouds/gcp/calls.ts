import { named, present, type Inputs } from "../inputs.js";
import { clusterBody, nodePoolBody } from "./clusters.js";
import type { GcpCall } from "./model.js";

/** The call that creates a resource, from its name and inputs. */
type Create = (inputs: Inputs, name: string) => GcpCall;

const PROJECT = "example-project";
const projectOf = ({ project }: Inputs): string => (project ?? PROJECT) as string;

/** A binding of one member, which the provider adds to the policy that is there. */
const binding = ({ role, member }: Inputs): { bindings: { role: unknown; members: unknown[] }[] } => ({
  bindings: [{ role, members: [member] }],
});

/** Services whose policies take a member by the same call, by what the path of their resources is below. */
const policyApis = {
  "projects.locations.keyRings.cryptoKeys.setIamPolicy": "cloudkms.v1",
  "projects.serviceAccounts.setIamPolicy": "iam.v1",
  "projects.setIamPolicy": "cloudresourcemanager.v1",
} as const;

const newMember = (method: keyof typeof policyApis, inputs: Inputs, resource: unknown): GcpCall => ({
  api: policyApis[method],
  method,
  params: { resource },
  body: { policy: binding(inputs) },
});

/** A call of Compute Engine with its place: the project, and what it is in. */
const compute = (method: string, { project, ...place }: Inputs, body: Inputs): GcpCall => ({
  api: "compute.v1",
  method,
  params: { project: project ?? PROJECT, ...place },
  body: present(body),
});

const firewall: Create = (inputs, name) =>
  compute(
    "firewalls.insert",
    { project: inputs.project },
    {
      name: named(inputs.name, name),
      allowed: (inputs.allows as readonly Inputs[]).map(({ protocol, ports }) =>
        present({ IPProtocol: protocol, ports }),
      ),
      description: inputs.description,
      direction: inputs.direction,
      network: inputs.network,
      sourceRanges: inputs.sourceRanges,
      targetServiceAccounts: inputs.targetServiceAccounts,
    },
  );

const network: Create = (inputs, name) =>
  compute(
    "networks.insert",
    { project: inputs.project },
    {
      name: named(inputs.name, name),
      autoCreateSubnetworks: inputs.autoCreateSubnetworks,
      description: inputs.description,
      routingConfig: { routingMode: inputs.routingMode },
    },
  );

const router: Create = (inputs, name) =>
  compute(
    "routers.insert",
    { project: inputs.project, region: inputs.region },
    { name: named(inputs.name, name), network: inputs.network },
  );

const routerNat: Create = (inputs, name) => {
  const subnetworks = inputs.subnetworks as readonly Inputs[] | undefined;
  const nat = present({
    name: named(inputs.name, name),
    enableDynamicPortAllocation: inputs.enableDynamicPortAllocation,
    enableEndpointIndependentMapping: inputs.enableEndpointIndependentMapping,
    logConfig: inputs.logConfig,
    maxPortsPerVm: inputs.maxPortsPerVm,
    minPortsPerVm: inputs.minPortsPerVm,
    natIpAllocateOption: inputs.natIpAllocateOption,
    sourceSubnetworkIpRangesToNat: inputs.sourceSubnetworkIpRangesToNat,
    subnetworks: subnetworks?.map(({ name: subnetwork, sourceIpRangesToNats }) => ({
      name: subnetwork,
      sourceIpRangesToNat: sourceIpRangesToNats,
    })),
  });
  const place = { project: inputs.project, region: inputs.region, router: inputs.router };
  return compute("routers.patch", place, { nats: [nat] });
};

const subnetwork: Create = (inputs, name) => {
  const { logConfig, region, project } = inputs;
  return compute(
    "subnetworks.insert",
    { project, region },
    {
      name: named(inputs.name, name),
      ipCidrRange: inputs.ipCidrRange,
      network: inputs.network,
      privateIpGoogleAccess: inputs.privateIpGoogleAccess,
      secondaryIpRanges: inputs.secondaryIpRanges,
      // The provider turns flow logs on where they are configured.
      logConfig: logConfig === undefined ? undefined : { enable: true, ...(logConfig as Inputs) },
    },
  );
};

const cluster: Create = (inputs) => ({
  api: "container.v1",
  method: "projects.locations.clusters.create",
  params: { parent: `projects/${projectOf(inputs)}/locations/${inputs.location as string}` },
  body: { cluster: clusterBody(inputs) },
});

const nodePool: Create = (inputs, name) => ({
  api: "container.v1",
  method: "projects.locations.clusters.nodePools.create",
  params: {
    parent: `projects/${projectOf(inputs)}/locations/${inputs.location as string}/clusters/${inputs.cluster as string}`,
  },
  body: { nodePool: nodePoolBody(inputs, name) },
});

const workloadIdentityPool: Create = (inputs) => ({
  api: "iam.v1",
  method: "projects.locations.workloadIdentityPools.create",
  params: {
    parent: `projects/${projectOf(inputs)}/locations/global`,
    workloadIdentityPoolId: inputs.workloadIdentityPoolId,
  },
  body: present({ displayName: inputs.displayName, description: inputs.description }),
});

const workloadIdentityPoolProvider: Create = (inputs) => ({
  api: "iam.v1",
  method: "projects.locations.workloadIdentityPools.providers.create",
  params: {
    parent: `projects/${projectOf(inputs)}/locations/global/workloadIdentityPools/${inputs.workloadIdentityPoolId as string}`,
    workloadIdentityPoolProviderId: inputs.workloadIdentityPoolProviderId,
  },
  body: present({
    attributeMapping: inputs.attributeMapping,
    attributeCondition: inputs.attributeCondition,
    oidc: inputs.oidc,
  }),
});

const keyRing: Create = (inputs, name) => ({
  api: "cloudkms.v1",
  method: "projects.locations.keyRings.create",
  params: {
    parent: `projects/${projectOf(inputs)}/locations/${inputs.location as string}`,
    keyRingId: named(inputs.name, name),
  },
  body: {},
});

const cryptoKey: Create = (inputs, name) => ({
  api: "cloudkms.v1",
  method: "projects.locations.keyRings.cryptoKeys.create",
  params: { parent: inputs.keyRing, cryptoKeyId: named(inputs.name, name) },
  body: present({
    purpose: inputs.purpose,
    rotationPeriod: inputs.rotationPeriod,
    destroyScheduledDuration: inputs.destroyScheduledDuration,
    labels: inputs.labels,
  }),
});

const serviceAccount: Create = (inputs) => ({
  api: "iam.v1",
  method: "projects.serviceAccounts.create",
  params: { name: `projects/${projectOf(inputs)}` },
  body: {
    accountId: inputs.accountId,
    serviceAccount: present({ displayName: inputs.displayName, description: inputs.description }),
  },
});

function lifecycle(rules: unknown): object | undefined {
  if (rules === undefined) return undefined;
  const states: Readonly<Record<string, boolean>> = { ARCHIVED: false, LIVE: true };
  const rule = (rules as readonly { action: Inputs; condition: Inputs }[]).map(({ action, condition }) => {
    const { withState, ...rest } = condition;
    return { action, condition: present({ ...rest, isLive: states[String(withState)] }) };
  });
  return { rule };
}

const bucket: Create = (inputs, name) => {
  const soft = inputs.softDeletePolicy as Inputs | undefined;
  return {
    api: "storage.v1",
    method: "buckets.insert",
    params: { project: projectOf(inputs) },
    body: present({
      name: named(inputs.name, name),
      location: inputs.location,
      storageClass: inputs.storageClass,
      labels: inputs.labels,
      encryption: inputs.encryption,
      versioning: inputs.versioning,
      lifecycle: lifecycle(inputs.lifecycleRules),
      iamConfiguration: {
        publicAccessPrevention: inputs.publicAccessPrevention,
        uniformBucketLevelAccess: { enabled: inputs.uniformBucketLevelAccess },
      },
      softDeletePolicy: soft && { retentionDurationSeconds: String(soft.retentionDurationSeconds) },
    }),
  };
};

/** The calls by which the provider creates each type of the three stacks. */
export const gcpCalls: Readonly<Record<string, Create>> = {
  "gcp:compute/firewall:Firewall": firewall,
  "gcp:compute/network:Network": network,
  "gcp:compute/router:Router": router,
  "gcp:compute/routerNat:RouterNat": routerNat,
  "gcp:compute/subnetwork:Subnetwork": subnetwork,
  "gcp:container/cluster:Cluster": cluster,
  "gcp:container/nodePool:NodePool": nodePool,
  "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": workloadIdentityPool,
  "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": workloadIdentityPoolProvider,
  "gcp:kms/cryptoKey:CryptoKey": cryptoKey,
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": (inputs) =>
    newMember("projects.locations.keyRings.cryptoKeys.setIamPolicy", inputs, inputs.cryptoKeyId),
  "gcp:kms/keyRing:KeyRing": keyRing,
  "gcp:projects/iAMMember:IAMMember": (inputs) => newMember("projects.setIamPolicy", inputs, projectOf(inputs)),
  "gcp:projects/service:Service": (inputs) => ({
    api: "serviceusage.v1",
    method: "services.enable",
    params: { name: `projects/${projectOf(inputs)}/services/${inputs.service as string}` },
    body: {},
  }),
  "gcp:serviceaccount/account:Account": serviceAccount,
  "gcp:serviceaccount/iAMMember:IAMMember": (inputs) =>
    newMember("projects.serviceAccounts.setIamPolicy", inputs, inputs.serviceAccountId),
  "gcp:storage/bucket:Bucket": bucket,
  "gcp:storage/bucketIAMMember:BucketIAMMember": (inputs) => ({
    api: "storage.v1",
    method: "buckets.setIamPolicy",
    params: { bucket: inputs.bucket },
    body: binding(inputs),
  }),
};
