import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/schema/stack.js";
import { createCustomResource } from "../custom-resource.js";
import type { SpecOf } from "../custom-resource-models.js";
import { type AddonContext, foundation, installChart, type Installed } from "./chart.js";

/** Service account whose token answers DNS-01 challenges; it may do nothing else. */
const dnsServiceAccount = "cert-manager-dns01";
/** Secret for clusters whose issuer AWS cannot reach, with keys `access-key-id` and `secret-access-key`. */
const staticCredentials = "route53-credentials";

/** The zone in which challenges are answered. */
export interface ChallengeZone {
  readonly zoneId: pulumi.Input<string>;
  readonly zone: string;
}

/** Values of chart `cert-manager`: the leader election stays in its own namespace, which needs no right in kube-system. */
export function certManagerValues({ addons }: StackConfig): Readonly<Record<string, unknown>> {
  const twoReplicas = { replicaCount: 2, podDisruptionBudget: { enabled: true, minAvailable: 1 } };
  return {
    crds: { enabled: true, keep: true },
    global: { leaderElection: { namespace: addons.certManager.namespace } },
    ...twoReplicas,
    webhook: twoReplicas,
    cainjector: twoReplicas,
    prometheus: { enabled: true },
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
  };
}

/** Policy that answers DNS-01 challenges in one zone: TXT records of `_acme-challenge` and nothing else. */
export function challengePolicy(zoneId: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: "route53:GetChange", Resource: "arn:aws:route53:::change/*" },
      {
        Effect: "Allow",
        Action: "route53:ChangeResourceRecordSets",
        Resource: `arn:aws:route53:::hostedzone/${zoneId}`,
        Condition: {
          "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"] },
          "ForAllValues:StringLike": { "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"] },
        },
      },
      { Effect: "Allow", Action: "route53:ListResourceRecordSets", Resource: `arn:aws:route53:::hostedzone/${zoneId}` },
    ],
  });
}

type Solver = NonNullable<NonNullable<SpecOf<"cert-manager.io/v1/ClusterIssuer">["acme"]>["solvers"]>[number];

/** How the issuer proves that the hosts are ours. */
export function solver(
  config: StackConfig,
  zone: ChallengeZone | undefined,
  role: pulumi.Input<string> | undefined,
): Solver {
  if (zone === undefined) return { http01: { ingress: { ingressClassName: config.traffic.ingressClass } } };
  const credentials =
    role === undefined
      ? {
          accessKeyIDSecretRef: { name: staticCredentials, key: "access-key-id" },
          secretAccessKeySecretRef: { name: staticCredentials, key: "secret-access-key" },
        }
      : { role, auth: { kubernetes: { serviceAccountRef: { name: dnsServiceAccount } } } };
  return {
    selector: { dnsZones: [zone.zone] },
    // Route 53 is global; the region only signs the requests.
    dns01: { route53: { region: "us-east-1", hostedZoneID: zone.zoneId, ...credentials } },
  };
}

function createChallengeIdentity(context: AddonContext, zone: ChallengeZone): pulumi.Output<string> | undefined {
  const { name, cluster, config, parent } = context;
  return cluster.awsRole?.({
    name: `${name}-dns01`,
    namespace: config.addons.certManager.namespace,
    serviceAccount: dnsServiceAccount,
    policy: pulumi.output(zone.zoneId).apply(challengePolicy),
    parent,
  });
}

/** The service account, and the right of cert-manager to ask for its tokens. */
function createServiceAccount(context: AddonContext): Installed {
  const { name, cluster, config, parent } = context;
  const { namespace } = config.addons.certManager;
  const options = { parent, provider: cluster.provider, dependsOn: [...foundation(context, namespace)] };
  const metadata = { name: dnsServiceAccount, namespace };
  return [
    new k8s.core.v1.ServiceAccount(`${name}-dns01`, { metadata, automountServiceAccountToken: false }, options),
    new k8s.rbac.v1.Role(
      `${name}-dns01`,
      {
        metadata,
        rules: [
          {
            apiGroups: [""],
            resources: ["serviceaccounts/token"],
            resourceNames: [dnsServiceAccount],
            verbs: ["create"],
          },
        ],
      },
      options,
    ),
    new k8s.rbac.v1.RoleBinding(
      `${name}-dns01`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: dnsServiceAccount },
        subjects: [{ kind: "ServiceAccount", name: "cert-manager", namespace }],
      },
      options,
    ),
  ];
}

function createIssuer(
  context: AddonContext,
  solvers: readonly Solver[],
  dependsOn: Installed,
): k8s.apiextensions.CustomResource {
  const { name, cluster, config, parent } = context;
  const { acmeServer: server, acmeEmail: email } = config.addons;
  const { issuer } = config.traffic;
  return createCustomResource(
    `${name}-issuer`,
    {
      kind: "cert-manager.io/v1/ClusterIssuer",
      name: issuer,
      spec: { acme: { server, email, privateKeySecretRef: { name: `${issuer}-account` }, solvers } },
    },
    { parent, provider: cluster.provider, dependsOn: [...dependsOn] },
  );
}

/**
 * cert-manager and the ClusterIssuer. Challenges are answered in DNS: by HTTP, the certificate authority would ask the
 * active region, and the passive one would stay without a certificate until it is too late.
 */
export function installCertManager(context: AddonContext, zone: ChallengeZone | undefined): Installed {
  const { addons } = context.config;
  if (!addons.certManager.install) return [];
  const release = installChart(context, {
    addon: addons.certManager,
    release: "cert-manager",
    chart: "cert-manager",
    values: certManagerValues(context.config),
  });
  const role = zone === undefined ? undefined : createChallengeIdentity(context, zone);
  const account = role === undefined ? [] : createServiceAccount(context);
  const issuer = createIssuer(context, [solver(context.config, zone, role)], [release, ...account]);
  return [issuer];
}
