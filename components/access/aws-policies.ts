import type { Statement } from "../clusters/identity/iam.js";
import { bucketBaseName, vaultKeyTags } from "../backups/names.js";
import { switchBucketPrefix } from "../failover/names.js";
import { actions } from "./aws-actions.js";

/** What a pipeline's role may reach. */
export interface PipelineScope {
  readonly stack: string;
  readonly account: string;
  /** Prefix of the backups' buckets and of their keys' aliases, the stack's name left out. */
  readonly bucketPrefix: string;
  /** AWS regions of the stack; Route 53 and IAM have none. */
  readonly regions: readonly string[];
  /** ARN of the S3 bucket with the engine's state. */
  readonly stateBucket: string;
  /** ARN of the KMS key that encrypts the state's secrets. */
  readonly stateKey: string;
}

type Kind = "read" | "write";
type Scoped = Exclude<keyof typeof actions, "list" | "create">;

/** ARNs of the stack's own resources, by what they are: every name begins with the stack's. */
function resources({
  stack,
  account,
  regions,
  bucketPrefix,
}: PipelineScope): Readonly<Record<Scoped, readonly string[]>> {
  const name = `agent-${stack}`;
  const inRegions = (service: string, paths: readonly string[]): string[] =>
    regions.flatMap((region) => paths.map((path) => `arn:aws:${service}:${region}:${account}:${path}`));
  return {
    ec2: inRegions(
      "ec2",
      networkKinds.map((kind) => `${kind}/*`),
    ),
    eks: inRegions(
      "eks",
      ["cluster", "nodegroup", "addon", "access-entry"].map((kind) => `${kind}/${name}-*`),
    ),
    roles: [`arn:aws:iam::${account}:role/${name}-*`],
    issuers: [`arn:aws:iam::${account}:oidc-provider/*`],
    keys: inRegions("kms", ["key/*", `alias/${name}-*`, `alias/${bucketBaseName(bucketPrefix, stack)}-*`]),
    vaults: [`arn:aws:s3:::${bucketBaseName(bucketPrefix, stack)}-*`],
    switches: [`arn:aws:s3:::${switchBucketPrefix(stack)}*`],
    switchObjects: [`arn:aws:s3:::${switchBucketPrefix(stack)}*/*`],
    logGroups: inRegions("logs", [`log-group:/agent-platform/${name}-*`, `log-group:/aws/eks/${name}-*`]),
    dns: ["arn:aws:route53:::hostedzone/*"],
    healthChecks: ["arn:aws:route53:::healthcheck/*"],
    dnsTags: ["arn:aws:route53:::hostedzone/*", "arn:aws:route53:::healthcheck/*"],
    pipelineRoles: [`arn:aws:iam::${account}:role/pipeline-${stack}-*`],
    pipelinePolicies: [`arn:aws:iam::${account}:policy/pipeline-${stack}-*`],
    changes: ["arn:aws:route53:::change/*"],
  };
}

/** What a network of ours is made of. */
const networkKinds = [
  "elastic-ip",
  "internet-gateway",
  "ipv4pool-ec2",
  "launch-template",
  "natgateway",
  "network-interface",
  "prefix-list",
  "route-table",
  "security-group",
  "security-group-rule",
  "subnet",
  "vpc",
  "vpc-endpoint",
  "vpc-flow-log",
];

function scoped(scope: PipelineScope, kind: Kind, names: readonly Scoped[]): Statement[] {
  const arns = resources(scope);
  return names
    .filter((name) => actions[name][kind].length > 0)
    .map((name) => ({
      Sid: `${kind === "read" ? "Read" : "Write"}${name[0]?.toUpperCase() ?? ""}${name.slice(1)}`,
      Effect: "Allow",
      Action: actions[name][kind],
      Resource: arns[name],
    }));
}

/** The engine's own state: a preview reads it, an update writes and locks it. */
function state({ stateBucket, stateKey }: PipelineScope, kind: Kind): Statement[] {
  return [
    { Sid: "ListState", Effect: "Allow", Action: ["s3:GetBucketLocation", "s3:ListBucket"], Resource: stateBucket },
    {
      Sid: "State",
      Effect: "Allow",
      Action: kind === "read" ? ["s3:GetObject"] : ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      Resource: `${stateBucket}/*`,
    },
    {
      Sid: "StateSecrets",
      Effect: "Allow",
      Action: kind === "read" ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
      Resource: stateKey,
    },
  ];
}

/** What `pulumi preview` asks: nothing that changes anything, no object of a backup, no value of a secret of ours. */
export function previewStatements(scope: PipelineScope): Readonly<Record<"platform" | "data", Statement[]>> {
  const data: readonly Scoped[] = ["keys", "vaults", "switches", "dns", "dnsTags", "healthChecks", "changes"];
  const platform = (Object.keys(resources(scope)) as Scoped[]).filter((name) => !data.includes(name));
  return {
    platform: [
      { Sid: "List", Effect: "Allow", Action: actions.list, Resource: "*" },
      ...scoped(scope, "read", platform),
    ],
    data: [...scoped(scope, "read", data), ...state(scope, "read")],
  };
}

/**
 * What `pulumi up` asks, in documents that each fit a managed policy. Who deploys can neither read nor destroy what the
 * backups hold, nor let anybody else: not the objects, nor the buckets' policies, lifecycles, locks and replication, nor
 * their keys. What he may not do there, an administrator does.
 */
export function deployStatements(scope: PipelineScope): Readonly<Record<"network" | "cluster" | "data", Statement[]>> {
  const both = (names: readonly Scoped[]): Statement[] => [
    ...scoped(scope, "read", names),
    ...scoped(scope, "write", names),
  ];
  return {
    network: [{ Sid: "List", Effect: "Allow", Action: actions.list, Resource: "*" }, ...both(["ec2"])],
    cluster: [
      { Sid: "Create", Effect: "Allow", Action: actions.create, Resource: "*" },
      ...both(["eks", "roles", "pipelineRoles", "pipelinePolicies", "issuers", "logGroups"]),
      ...rolePassing(scope),
    ],
    data: [
      ...both(["keys", "vaults", "switches", "switchObjects", "dns", "dnsTags", "healthChecks", "changes"]),
      ...neverTheBackups(scope),
      ...state(scope, "write"),
    ],
  };
}

/** What takes a key away, gives it to others, or makes it look like another one. */
const keyChanges = [
  "kms:CreateGrant",
  "kms:DisableKey",
  "kms:PutKeyPolicy",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
] as const;

/** Denied, not only left out: a right that a role gets elsewhere does not reach them either. */
function neverTheBackups(scope: PipelineScope): Statement[] {
  const { vaults } = resources(scope);
  const keys = scope.regions.map((region) => `arn:aws:kms:${region}:${scope.account}:key/*`);
  const never = (Sid: string, Action: readonly string[], Resource: readonly string[]): Statement => ({
    ...{ Sid, Effect: "Deny", Action, Resource },
  });
  return [
    never(
      "NeverTheBackupsThemselves",
      ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
      vaults.map((bucket) => `${bucket}/*`),
    ),
    never(
      "NeverWhoReachesThem",
      ["s3:DeleteBucketPolicy", "s3:PutBucketPolicy", "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration"],
      vaults,
    ),
    {
      ...never("NeverTheirKeys", keyChanges, keys),
      Condition: { StringEquals: { "aws:ResourceTag/purpose": vaultKeyTags.purpose } },
    },
  ];
}

function rolePassing({ account, stack }: PipelineScope): Statement[] {
  const roles = `arn:aws:iam::${account}:role/agent-${stack}-*`;
  const managed = [
    "AmazonEKSClusterPolicy",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryPullOnly",
    "service-role/AmazonEBSCSIDriverPolicy",
  ];
  const services = ["eks", "ec2", "s3", "vpc-flow-logs"].map((service) => `${service}.amazonaws.com`);
  return [
    {
      Sid: "AttachWhatEksNeeds",
      Effect: "Allow",
      Action: ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
      Resource: roles,
      Condition: { ArnEquals: { "iam:PolicyARN": managed.map((policy) => `arn:aws:iam::aws:policy/${policy}`) } },
    },
    {
      Sid: "PassRolesToTheirServices",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: roles,
      Condition: { StringEquals: { "iam:PassedToService": services } },
    },
  ];
}

/** Trust in GitHub's issuer for one environment of one repository, and nobody else. */
export function githubTrust(providerArn: string, repository: string, environment: string): readonly Statement[] {
  return [
    {
      Sid: "OneEnvironment",
      Effect: "Allow",
      Principal: { Federated: providerArn },
      Action: ["sts:AssumeRoleWithWebIdentity"],
      Condition: {
        StringEquals: {
          "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
          "token.actions.githubusercontent.com:sub": `repo:${repository}:environment:${environment}`,
        },
      },
    },
  ];
}
