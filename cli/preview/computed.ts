import { createHash } from "node:crypto";
import type { MockResourceArgs, MockResourceResult } from "@pulumi/pulumi/runtime/mocks";

/**
 * Part of every value that a cloud would compute, so that the preview can tell what is unknown until deploy. Only
 * hexadecimal digits, because it must fit into ids, host names and ARNs.
 */
export const computedMark = "c0de5afe";

type Inputs = Readonly<Record<string, unknown>>;
type Outputs = Record<string, unknown>;
interface Subject {
  readonly name: string;
  readonly inputs: Inputs;
  /** Deterministic id for this resource: the mark and a digest of type and name. */
  readonly id: string;
}

const account = "123456789012";
const text = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);
const arn =
  (service: string, path: (subject: Subject) => string) =>
  (subject: Subject): Outputs => ({
    // IAM's alone have no region.
    arn: `arn:aws:${service}:${service === "iam" ? "" : "us-east-1"}:${account}:${path(subject)}`,
  });

/** Computed outputs per type, in the shape of the provider's documentation; what is missing here stays unknown. */
const table: Readonly<Record<string, (subject: Subject) => Outputs>> = {
  "aws:ec2/vpc:Vpc": ({ id }) => ({
    id: `vpc-${id}`,
    defaultSecurityGroupId: `sg-${id}`,
    defaultNetworkAclId: `acl-${id}`,
  }),
  "aws:ec2/subnet:Subnet": ({ id }) => ({ id: `subnet-${id}` }),
  "aws:ec2/securityGroup:SecurityGroup": ({ id }) => ({ id: `sg-${id}` }),
  "aws:ec2/routeTable:RouteTable": ({ id }) => ({ id: `rtb-${id}` }),
  "aws:ec2/eip:Eip": ({ id }) => ({ id: `eipalloc-${id}`, allocationId: `eipalloc-${id}` }),
  "aws:ec2/launchTemplate:LaunchTemplate": ({ id }) => ({ id: `lt-${id}`, latestVersion: 1 }),
  "aws:iam/role:Role": ({ name, inputs, id }) => {
    const role = text(inputs.name, `${name}-${id}`);
    return { id: role, name: role, arn: `arn:aws:iam::${account}:role/${role}-${computedMark}` };
  },
  "aws:iam/policy:Policy": arn("iam", ({ name, id }) => `policy/${name}-${id}`),
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": arn("iam", ({ id }) => `oidc-provider/oidc.example/${id}`),
  "aws:kms/key:Key": ({ id }) => ({ id, keyId: id, arn: `arn:aws:kms:us-east-1:${account}:key/${id}` }),
  "aws:s3/bucket:Bucket": ({ name, inputs, id }) => {
    const bucket = text(inputs.bucket, `${name}-${id}`);
    return {
      id: bucket,
      bucket,
      arn: `arn:aws:s3:::${bucket}`,
      bucketRegionalDomainName: `${bucket}.s3.amazonaws.com`,
    };
  },
  "aws:eks/cluster:Cluster": ({ name, inputs, id }) => ({
    id: text(inputs.name, name),
    name: text(inputs.name, name),
    arn: `arn:aws:eks:us-east-1:${account}:cluster/${id}`,
    endpoint: `https://${id}.eks.amazonaws.com`,
    certificateAuthority: { data: Buffer.from(computedMark).toString("base64") },
    certificateAuthorities: [{ data: Buffer.from(computedMark).toString("base64") }],
    identities: [{ oidcs: [{ issuer: `https://oidc.eks.amazonaws.com/id/${id}` }] }],
    vpcConfig: { ...(inputs.vpcConfig as object | undefined), clusterSecurityGroupId: `sg-${id}` },
  }),
  "aws:eks/nodeGroup:NodeGroup": ({ id }) => ({ id, resources: [{ autoscalingGroups: [{ name: `eks-${id}` }] }] }),
  "aws:route53/zone:Zone": ({ id }) => ({
    id: `Z${id.toUpperCase()}`,
    zoneId: `Z${id.toUpperCase()}`,
    nameServers: [0, 1, 2, 3].map((index) => `ns-${index}.${computedMark}.example`),
  }),
  "aws:cloudwatch/logGroup:LogGroup": arn("logs", ({ id }) => `log-group:${id}`),
  "gcp:container/cluster:Cluster": ({ name, inputs, id }) => {
    const project = text(inputs.project, "project");
    const cluster = text(inputs.name, name);
    return {
      id: `projects/${project}/locations/${text(inputs.location, "region")}/clusters/${cluster}`,
      name: cluster,
      endpoint: `${id}.gke.example`,
      masterAuth: { clusterCaCertificate: Buffer.from(computedMark).toString("base64") },
      selfLink: `https://container.googleapis.com/v1/projects/${project}/${id}`,
    };
  },
  "gcp:serviceaccount/account:Account": ({ inputs, id }) => {
    const project = text(inputs.project, "project");
    const email = `${text(inputs.accountId, id)}@${project}.iam.gserviceaccount.com`;
    return {
      id: `projects/${project}/serviceAccounts/${email}`,
      name: `projects/${project}/serviceAccounts/${email}`,
      email,
      member: `serviceAccount:${email}`,
      uniqueId: id,
    };
  },
  "gcp:storage/bucket:Bucket": ({ name, inputs, id }) => {
    const bucket = text(inputs.name, `${name}-${id}`);
    return {
      id: bucket,
      name: bucket,
      url: `gs://${bucket}`,
      selfLink: `https://www.googleapis.com/storage/v1/b/${bucket}`,
    };
  },
  "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": ({ inputs }) => ({ name: poolOf(inputs) }),
  "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": ({ inputs, id }) => ({
    name: `${poolOf(inputs)}/providers/${text(inputs.workloadIdentityPoolProviderId, id)}`,
  }),
  "gcp:kms/keyRing:KeyRing": gcpName("keyRings"),
  "gcp:kms/cryptoKey:CryptoKey": ({ name, inputs }) => ({
    id: `${text(inputs.keyRing, "ring")}/cryptoKeys/${text(inputs.name, name)}`,
  }),
  "gcp:compute/network:Network": gcpName("networks"),
  "gcp:compute/subnetwork:Subnetwork": gcpName("subnetworks"),
  "random:index/randomPassword:RandomPassword": ({ id }) => ({
    id: "none",
    result: `password-${id}`,
    bcryptHash: `hash-${id}`,
  }),
  "random:index/randomId:RandomId": ({ id }) => ({ id, hex: id.slice(0, 8), b64Url: id.slice(0, 8), dec: "1" }),
  "random:index/randomString:RandomString": ({ id }) => ({ id, result: id.slice(0, 8) }),
};

function poolOf(inputs: Inputs): string {
  return `projects/${account}/locations/global/workloadIdentityPools/${text(inputs.workloadIdentityPoolId, "pool")}`;
}

function gcpName(collection: string): (subject: Subject) => Outputs {
  return ({ name, inputs }) => {
    const project = text(inputs.project, "project");
    const place = text(inputs.location ?? inputs.region, "global");
    const own = text(inputs.name, name);
    const path = `projects/${project}/locations/${place}/${collection}/${own}`;
    return { id: path, name: own, selfLink: `https://www.googleapis.com/compute/v1/${path}` };
  };
}

/**
 * What a resource would answer: its inputs, and, where `outputsKnown`, the computed values of the table. With
 * `outputsKnown` false every computed value is unknown, as in a first preview by the engine.
 */
export function computeOutputs(
  { type, name, inputs, custom, id }: MockResourceArgs,
  outputsKnown: boolean,
): MockResourceResult {
  const given = inputs as Inputs;
  if (custom === false) return { id: undefined, state: { ...given } };
  if (type.startsWith("kubernetes:")) {
    return outputsKnown
      ? { id: kubernetesId(given, name), state: { ...given, ...kubernetesStatus(given) } }
      : { id: "", state: { ...given } };
  }
  if (type.startsWith("pulumi:providers:")) return { id: `${name}-id`, state: { ...given } };
  if (!outputsKnown) return { id: "", state: { ...given } };
  const unique = computedMark + createHash("sha256").update(`${type}/${name}`).digest("hex").slice(0, 9);
  const outputs = table[type]?.({ name, inputs: given, id: unique }) ?? {};
  return {
    id: id !== undefined && id !== "" ? id : text(outputs.id, `${name}-${unique}`),
    state: { ...given, ...outputs },
  };
}

/** A load balancer's Service is given a name or an address; which of them is read depends on the cluster's cloud. */
function kubernetesStatus({ spec }: Inputs): Outputs {
  const balanced = (spec as { type?: string } | undefined)?.type === "LoadBalancer";
  const ingress = [{ hostname: `${computedMark}.elb.example`, ip: "192.0.2.1" }];
  return balanced ? { status: { loadBalancer: { ingress } } } : {};
}

function kubernetesId(inputs: Inputs, name: string): string {
  const metadata = (inputs.metadata ?? {}) as { name?: string; namespace?: string };
  const own = metadata.name ?? name;
  return metadata.namespace === undefined ? own : `${metadata.namespace}/${own}`;
}
