import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { shortName } from "../clusters/names.js";

export interface GooglePipelines {
  readonly stack: string;
  readonly repository: string;
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
    "roles/compute.networkAdmin",
    "roles/compute.securityAdmin",
    "roles/container.admin",
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
        { project, role: granted, member: account.member },
        options,
      );
    }
    created[`gcp-${role}`] = account.email;
    createBucketRole(`${name}-${role}`, args, { role, account });
    if (role === "deploy") grantNodeRole(name, args, account);
  }
  return created;
}

interface Grantee {
  readonly role: "preview" | "deploy";
  readonly account: gcp.serviceaccount.Account;
}

export const ownPermissions = {
  // Secrets are read by a refresh, which compares them; viewers of clusters do not see them.
  preview: ["container.secrets.get", "storage.buckets.get", "storage.buckets.getIamPolicy", "storage.buckets.list"],
  deploy: [
    "storage.buckets.create",
    "storage.buckets.delete",
    "storage.buckets.enableObjectRetention",
    "storage.buckets.get",
    "storage.buckets.getIamPolicy",
    "storage.buckets.list",
    "storage.buckets.setIamPolicy",
    "storage.buckets.update",
  ],
} as const;

/** What no predefined role gives alone: every one that makes buckets reads their objects as well; this one does not. */
function createBucketRole(name: string, { stack, project, parent, provider }: GooglePipelines, grantee: Grantee): void {
  const custom = new gcp.projects.IAMCustomRole(
    `${name}-buckets`,
    {
      project,
      roleId: `pipelineBuckets_${stack.replaceAll("-", "_")}_${grantee.role}`,
      title: `Buckets of ${stack}, without their objects: ${grantee.role}`,
      permissions: [...ownPermissions[grantee.role]],
    },
    { parent, provider },
  );
  new gcp.projects.IAMMember(
    `${name}-buckets-granted`,
    { project, role: custom.name, member: grantee.account.member },
    { parent, provider },
  );
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
