import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { bucketBaseName } from "../backups/names.js";
import { shortName } from "../clusters/names.js";

export interface GooglePipelines {
  readonly stack: string;
  readonly repository: string;
  /** Prefix of the names of the backups' buckets, the stack's name left out. */
  readonly bucketPrefix: string;
  readonly project: string;
  readonly parent: pulumi.Resource;
  readonly provider: gcp.Provider;
}

/** Predefined roles, no basic ones. Neither reads an object of a bucket or the value of a key. */
export const googleRoles = {
  preview: [
    "roles/cloudkms.viewer",
    "roles/compute.networkViewer",
    "roles/container.viewer",
    "roles/iam.securityReviewer",
    "roles/serviceusage.serviceUsageViewer",
  ],
  deploy: [
    "roles/cloudkms.admin",
    "roles/cloudkms.viewer",
    "roles/compute.networkAdmin",
    "roles/compute.securityAdmin",
    "roles/container.admin",
    "roles/iam.securityReviewer",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.serviceAccountUser",
    "roles/iam.workloadIdentityPoolAdmin",
    "roles/serviceusage.serviceUsageAdmin",
  ],
} as const;

/** Two service accounts that GitHub's jobs of one environment each may act as, and no key of either. */
export function createGooglePipelines(name: string, args: GooglePipelines): Record<string, pulumi.Output<string>> {
  const { stack, repository, project, parent, provider } = args;
  const options = { parent, provider };
  const pool = new gcp.iam.WorkloadIdentityPool(
    `${name}-pool`,
    { project, workloadIdentityPoolId: shortName(`pipelines-${stack}`, 32), displayName: "GitHub Actions" },
    options,
  );
  const trusted = new gcp.iam.WorkloadIdentityPoolProvider(
    `${name}-github-google`,
    {
      project,
      workloadIdentityPoolId: pool.workloadIdentityPoolId,
      workloadIdentityPoolProviderId: "github",
      attributeMapping: { "google.subject": "assertion.sub", "attribute.repository": "assertion.repository" },
      attributeCondition: `assertion.repository == '${repository}'`,
      oidc: { issuerUri: "https://token.actions.githubusercontent.com" },
    },
    options,
  );
  const created: Record<string, pulumi.Output<string>> = { "gcp-provider": trusted.name };
  for (const role of ["preview", "deploy"] as const) {
    const account = new gcp.serviceaccount.Account(
      `${name}-${role}-account`,
      {
        project,
        accountId: shortName(`pipeline-${stack}-${role}`, 30),
        displayName: `Pipelines of ${stack}: ${role}`,
      },
      options,
    );
    const environment = role === "preview" ? `preview-${stack}` : stack;
    const subject = `repo:${repository}:environment:${environment}`;
    new gcp.serviceaccount.IAMMember(
      `${name}-${role}-github`,
      {
        serviceAccountId: account.name,
        role: "roles/iam.workloadIdentityUser",
        member: pulumi.interpolate`principal://iam.googleapis.com/${pool.name}/subject/${subject}`,
      },
      options,
    );
    for (const granted of googleRoles[role]) {
      new gcp.projects.IAMMember(
        `${name}-${role}-${granted.replace(/^roles\//, "").replaceAll(".", "-")}`,
        { project, role: granted, member: account.member, ...conditionOf(granted, args) },
        options,
      );
    }
    created[`gcp-${role}`] = account.email;
    createBucketRoles(`${name}-${role}`, args, { role, account });
    if (role === "deploy") grantNodeRole(name, args, account);
  }
  return created;
}

/** Who changes keys changes no key of the backups: who has that, or destroys it, has the backups. */
function conditionOf(role: string, { bucketPrefix, stack }: GooglePipelines): { readonly condition?: Condition } {
  if (role !== "roles/cloudkms.admin") return {};
  const expression = `!resource.name.contains('/keyRings/${bucketBaseName(bucketPrefix, stack)}-')`;
  return { condition: { title: "no key of the backups", expression } };
}

interface Grantee {
  readonly role: "preview" | "deploy";
  readonly account: gcp.serviceaccount.Account;
}

export const ownPermissions = {
  // Secrets are read by a refresh, which compares them; viewers of clusters do not see them.
  preview: ["container.secrets.get", "storage.buckets.get", "storage.buckets.getIamPolicy", "storage.buckets.list"],
  deploy: ["storage.buckets.create", "storage.buckets.get", "storage.buckets.getIamPolicy", "storage.buckets.list"],
} as const;

/** What may be done to every bucket but those of the backups, which an administrator changes. */
export const bucketChanges = [
  "storage.buckets.delete",
  "storage.buckets.setIamPolicy",
  "storage.buckets.update",
] as const;

/** What no predefined role gives alone: every one that makes buckets reads their objects as well; these do not. */
function createBucketRoles(name: string, args: GooglePipelines, grantee: Grantee): void {
  const about = { id: "Buckets", title: "Buckets", permissions: ownPermissions[grantee.role] };
  grantOwnRole(`${name}-buckets`, args, { ...grantee, ...about });
  if (grantee.role !== "deploy") return;
  const backups = `projects/_/buckets/${bucketBaseName(args.bucketPrefix, args.stack)}-`;
  grantOwnRole(`${name}-changes`, args, {
    ...grantee,
    ...{ id: "Changes", title: "Changes of buckets", permissions: bucketChanges },
    condition: { title: "no bucket of the backups", expression: `!resource.name.startsWith('${backups}')` },
  });
}

interface OwnRole extends Grantee {
  readonly id: string;
  readonly title: string;
  readonly permissions: readonly string[];
  readonly condition?: Condition;
}

function grantOwnRole(name: string, { stack, project, parent, provider }: GooglePipelines, own: OwnRole): void {
  const { role, account, id, title, permissions, condition } = own;
  const custom = new gcp.projects.IAMCustomRole(
    name,
    {
      project,
      roleId: `pipeline${id}_${stack.replaceAll("-", "_")}_${role}`,
      title: `${title} of ${stack}, without their objects: ${role}`,
      permissions: [...permissions],
    },
    { parent, provider },
  );
  new gcp.projects.IAMMember(
    `${name}-granted`,
    { project, role: custom.name, member: account.member, ...(condition === undefined ? {} : { condition }) },
    { parent, provider },
  );
}

interface Condition {
  readonly title: string;
  readonly expression: string;
}

/** The nodes' one role may be granted and revoked, and no other: the pipeline cannot widen what it may do itself. */
function grantNodeRole(
  name: string,
  { project, parent, provider }: GooglePipelines,
  account: Grantee["account"],
): void {
  new gcp.projects.IAMMember(
    `${name}-deploy-node-role`,
    {
      project,
      role: "roles/resourcemanager.projectIamAdmin",
      member: account.member,
      condition: {
        title: "only the nodes' role",
        expression:
          "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/container.defaultNodeServiceAccount'])",
      },
    },
    { parent, provider },
  );
}
