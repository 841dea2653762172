import * as aws from "@pulumi/aws";
import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { AccessConfig } from "../../config/schema/access.js";
import type { RegionConfig } from "../../config/schema/regions.js";
import { policyDocument } from "../clusters/identity/iam.js";
import { clusterName, shortName } from "../clusters/names.js";
import { deployStatements, githubTrust, previewStatements, type PipelineScope } from "./aws-policies.js";
import { createGooglePipelines } from "./gcp-pipelines.js";

export interface PipelineAccessArgs {
  readonly stack: string;
  readonly access: AccessConfig;
  /** Prefix of the names of the backups' buckets, the stack's name left out. */
  readonly bucketPrefix: string;
  readonly regions: readonly RegionConfig[];
  /** Provider of each region's cloud, by its key. */
  readonly providers: Readonly<Record<string, pulumi.ProviderResource | undefined>>;
  /** What makes each region's cluster there, by its key: nobody can be admitted to it before. */
  readonly ready: Readonly<Record<string, readonly pulumi.Resource[]>>;
}

/** Host of the issuer that GitHub Actions signs its jobs' tokens with. */
export const githubIssuer = "token.actions.githubusercontent.com";

/**
 * Identities of the pipelines in both clouds, by OIDC and without any stored key: one that reads, for previews, and one
 * that deploys, for the protected environment. The environment's name is the stack's, that of previews `preview-STACK`.
 */
export class PipelineAccess extends pulumi.ComponentResource {
  /** What the environments' variables are set to, by role. */
  readonly identities: Record<string, pulumi.Output<string>> = {};

  constructor(
    name: string,
    private readonly args: PipelineAccessArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("agent-platform:access:PipelineAccess", name, {}, opts);
    this.createAwsRoles(name);
    this.createGoogleAccounts(name);
    this.registerOutputs({ identities: this.identities });
  }

  private createAwsRoles(name: string): void {
    const { stack, access, bucketPrefix, regions, providers } = this.args;
    const home = regions.find(({ cloud }) => cloud === "aws");
    const provider = home === undefined ? undefined : providers[home.key];
    const { github, state } = access;
    if (provider === undefined || github === undefined || state === undefined) return;
    const options = { parent: this, provider };
    const issuer = this.githubProvider(name, options);
    const account = aws.getCallerIdentityOutput({}, { parent: this, provider }).accountId;
    const awsRegions = regions.flatMap((region) => (region.cloud === "aws" ? [region.region] : []));
    const scope = (id: string): PipelineScope => ({
      ...{ stack, account: id, regions: awsRegions, bucketPrefix },
      stateBucket: state.bucketArn,
      stateKey: state.keyArn,
    });
    const create = (role: "preview" | "deploy", environment: string, documents: Documents): void => {
      const trust = issuer.apply((arn) => policyDocument(githubTrust(arn, github.repository, environment)));
      const arn = createRole(`${name}-${role}`, { stack, role, trust, documents, options });
      this.identities[`aws-${role}`] = arn;
      this.admitToClusters(name, role, arn);
    };
    const reading = (key: "platform" | "data"): pulumi.Output<string> =>
      account.apply((id) => policyDocument(previewStatements(scope(id))[key]));
    create("preview", `preview-${stack}`, { platform: reading("platform"), data: reading("data") });
    const part = (key: "network" | "cluster" | "data"): pulumi.Output<string> =>
      account.apply((id) => policyDocument(deployStatements(scope(id))[key]));
    create("deploy", stack, { network: part("network"), cluster: part("cluster"), data: part("data") });
  }

  /** Lets a role into the stack's own EKS clusters; an adopted cluster's owner admits whom he likes. */
  private admitToClusters(name: string, role: keyof typeof clusterPolicies, principalArn: pulumi.Output<string>): void {
    const { stack, regions, providers, ready } = this.args;
    for (const region of regions) {
      const provider = providers[region.key];
      if (region.cloud !== "aws" || region.cluster.existing !== undefined || provider === undefined) continue;
      const options = { parent: this, provider, dependsOn: [...(ready[region.key] ?? [])] };
      const cluster = clusterName(stack, region.key);
      const entry = new aws.eks.AccessEntry(
        `${name}-${role}-${region.key}`,
        { clusterName: cluster, principalArn, type: "STANDARD" },
        options,
      );
      new aws.eks.AccessPolicyAssociation(
        `${name}-${role}-${region.key}-policy`,
        {
          clusterName: cluster,
          principalArn: entry.principalArn,
          policyArn: `arn:aws:eks::aws:cluster-access-policy/${clusterPolicies[role]}`,
          accessScope: { type: "cluster" },
        },
        options,
      );
    }
  }

  /** An account has one provider of an issuer: a second stack adopts the first one's. */
  private githubProvider(name: string, options: pulumi.CustomResourceOptions): pulumi.Output<string> {
    const existing = this.args.access.github?.awsProviderArn;
    if (existing !== undefined) return pulumi.output(existing);
    return new aws.iam.OpenIdConnectProvider(
      `${name}-github`,
      { url: `https://${githubIssuer}`, clientIdLists: ["sts.amazonaws.com"] },
      options,
    ).arn;
  }

  private createGoogleAccounts(name: string): void {
    const { stack, access, bucketPrefix, regions, providers } = this.args;
    const home = regions.find(({ cloud }) => cloud === "gcp");
    const provider = home === undefined ? undefined : providers[home.key];
    if (home?.cloud !== "gcp" || access.github === undefined || !(provider instanceof gcp.Provider)) return;
    const { repository } = access.github;
    const created = createGooglePipelines(name, {
      ...{ stack, repository, bucketPrefix, project: home.project, parent: this, provider },
    });
    Object.assign(this.identities, created);
  }
}

/**
 * Access policies of EKS. The reading one sees Secrets: a refresh compares them, and the state, which the role reads as
 * well, has them anyway.
 */
const clusterPolicies = { preview: "AmazonEKSAdminViewPolicy", deploy: "AmazonEKSClusterAdminPolicy" } as const;

type Documents = Readonly<Record<string, pulumi.Output<string>>>;

interface RoleParts {
  readonly stack: string;
  readonly role: "preview" | "deploy";
  readonly trust: pulumi.Output<string>;
  readonly documents: Documents;
  readonly options: pulumi.CustomResourceOptions;
}

/** A progressive delivery of two regions takes hours; the session must outlive it. */
const sessionSeconds = { preview: 3600, deploy: 4 * 3600 } as const;

function createRole(name: string, { stack, role, trust, documents, options }: RoleParts): pulumi.Output<string> {
  const created = new aws.iam.Role(
    `${name}-role`,
    {
      name: shortName(`pipeline-${stack}-${role}`, 64),
      assumeRolePolicy: trust,
      maxSessionDuration: sessionSeconds[role],
    },
    options,
  );
  for (const [part, policy] of Object.entries(documents)) {
    const managed = new aws.iam.Policy(
      `${name}-${part}`,
      { name: shortName(`pipeline-${stack}-${role}-${part}`, 128), policy },
      options,
    );
    new aws.iam.RolePolicyAttachment(
      `${name}-${part}-attached`,
      { role: created.name, policyArn: managed.arn },
      options,
    );
  }
  return created.arn;
}
