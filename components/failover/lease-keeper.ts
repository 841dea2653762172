import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import type { StackConfig } from "../../config/schema/stack.js";
import type { BucketRef, ClusterTarget, WorkloadIdentity } from "../clusters/cluster.js";
import { jobLabel, jobNetworkPolicy } from "../data/network.js";
import {
  containerSecurity,
  guaranteed,
  identityAnnotations,
  identityEnv,
  identityVolumes,
  outsideMesh,
  podSecurity,
  scrapeAnnotations,
  spread,
} from "../data/pod.js";

/** Name of the keeper's objects, and of the job by which Prometheus scrapes it. */
export const leaseKeeperName = "lease-keeper";
const HEALTH_PORT = 8080;
/** User of the platform's image. */
const USER = 10001;

interface Lease {
  readonly bucket: BucketRef;
  readonly object: string;
  readonly url: string;
  readonly endpoint?: string;
}

/** Whether the regions of a stack run a keeper of the writer's lease. */
export const hasLease = (config: StackConfig): boolean => leaseOf(config) !== undefined;

/** The lease of a stack that can fail over: one with a second region, and a database of the platform's own. */
function leaseOf({ failover, regions, data }: StackConfig): Lease | undefined {
  const { leaseUrl: url, leaseEndpoint: endpoint } = failover;
  if (url === undefined || regions.length < 2 || data.postgres.external !== undefined) return undefined;
  const [, scheme = "", name = "", object = ""] = /^(s3|gs):\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  const cloud = endpoint !== undefined ? "existing" : scheme === "s3" ? "aws" : "gcp";
  const bucket: BucketRef = {
    key: "lease",
    region: "outside",
    cloud,
    name: pulumi.output(name),
    uri: pulumi.output(`${scheme}://${name}`),
    resourceName: pulumi.output(scheme === "s3" ? `arn:aws:s3:::${name}` : name),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  return { bucket, object, url, ...(endpoint === undefined ? {} : { endpoint }) };
}

/** What the keeper may do in its cluster: fence the namespace's databases, and agree with its sibling. */
export const keeperRules: types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: ["postgresql.cnpg.io"], resources: ["clusters"], verbs: ["get", "list", "patch"] },
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    resourceNames: [leaseKeeperName],
    verbs: ["get", "patch"],
  },
  // No name stands in a request to create.
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
];

/** Arguments of `agent-platform-lease`. Only the configured primary may take a lease that was never held. */
function keeperArgs(config: StackConfig, cluster: ClusterTarget, { url, endpoint }: Lease): string[] {
  return [
    "keep",
    "--lease",
    url,
    ...(endpoint === undefined ? [] : ["--endpoint-url", endpoint]),
    "--region",
    cluster.key,
    "--namespace",
    config.agent.namespace,
    "--ttl",
    String(config.failover.thresholdSeconds),
    "--health-port",
    String(HEALTH_PORT),
    ...(cluster.role === "primary" ? ["--claim-absent"] : []),
  ];
}

function deploymentSpec(
  config: StackConfig,
  args: readonly string[],
  identity: WorkloadIdentity,
): types.input.apps.v1.DeploymentSpec {
  const { volumes, volumeMounts } = identityVolumes(identity);
  const labels = { [jobLabel]: leaseKeeperName };
  const probe = (path: string) => ({ httpGet: { path, port: HEALTH_PORT }, periodSeconds: 10, timeoutSeconds: 3 });
  return {
    // Each renews for the other: the loss of a node must not let the lease lapse.
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels: { ...labels, ...outsideMesh }, annotations: scrapeAnnotations(HEALTH_PORT) },
      spec: {
        serviceAccountName: leaseKeeperName,
        automountServiceAccountToken: true,
        enableServiceLinks: false,
        securityContext: podSecurity(USER),
        topologySpreadConstraints: spread(labels),
        containers: [
          {
            name: leaseKeeperName,
            image: config.backups.image,
            command: ["agent-platform-lease"],
            args: [...args],
            env: [
              ...identityEnv(identity),
              { name: "HOME", value: "/tmp" },
              // It writes nothing else; said for whoever looks for evidence.
              { name: "LOG_FORMAT", value: "json" },
              { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            ],
            ports: [{ name: "health", containerPort: HEALTH_PORT }],
            readinessProbe: probe("/ready"),
            livenessProbe: { ...probe("/health"), initialDelaySeconds: 10 },
            startupProbe: { ...probe("/health"), failureThreshold: 12 },
            resources: guaranteed({ cpu: "100m", memory: "256Mi" }),
            securityContext: containerSecurity,
            volumeMounts: [{ name: "tmp", mountPath: "/tmp" }, ...volumeMounts],
          },
        ],
        volumes: [{ name: "tmp", emptyDir: {} }, ...volumes],
      },
    },
  };
}

/**
 * The region's keeper of the writer's lease: it renews the lease from inside the region and, where it no longer can,
 * stops the region's writes. Its identity may read and replace that one object and nothing else. None where the stack
 * has no lease.
 */
export class LeaseKeeper extends pulumi.ComponentResource {
  static forStack(name: string, config: StackConfig, args: { cluster: ClusterTarget; parent: pulumi.Resource }): void {
    const lease = leaseOf(config);
    if (lease !== undefined) new LeaseKeeper(`${name}-${args.cluster.key}`, { ...args, config, lease });
  }

  private constructor(
    private readonly label: string,
    args: {
      readonly config: StackConfig;
      readonly cluster: ClusterTarget;
      readonly lease: Lease;
      readonly parent: pulumi.Resource;
    },
  ) {
    super("agent-platform:failover:LeaseKeeper", label, {}, { parent: args.parent });
    const { config, cluster, lease } = args;
    const { namespace } = config.agent;
    const options = { parent: this, provider: cluster.provider };
    const identity = cluster.workloadIdentity({
      name: label,
      namespace,
      serviceAccount: leaseKeeperName,
      grants: [{ bucket: lease.bucket, access: "object", object: lease.object }],
      parent: this,
    });
    const account = this.createAccount(namespace, identity, options);
    this.createGuards(config, lease, options);
    new k8s.apps.v1.Deployment(
      `${label}-deployment`,
      {
        metadata: this.metadata(namespace),
        spec: deploymentSpec(config, keeperArgs(config, cluster, lease), identity),
      },
      { ...options, dependsOn: account },
    );
    this.registerOutputs({});
  }

  private metadata(namespace: string): { name: string; namespace: string; labels: Record<string, string> } {
    return { name: leaseKeeperName, namespace, labels: { [jobLabel]: leaseKeeperName } };
  }

  private createAccount(
    namespace: string,
    identity: WorkloadIdentity,
    options: pulumi.CustomResourceOptions,
  ): pulumi.Resource[] {
    const annotations = identityAnnotations(identity);
    const metadata = this.metadata(namespace);
    const account = new k8s.core.v1.ServiceAccount(
      `${this.label}-service-account`,
      {
        metadata: { ...metadata, ...(annotations === undefined ? {} : { annotations }) },
        automountServiceAccountToken: false,
      },
      options,
    );
    const role = new k8s.rbac.v1.Role(`${this.label}-role`, { metadata, rules: keeperRules }, options);
    const binding = new k8s.rbac.v1.RoleBinding(
      `${this.label}-role-binding`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: leaseKeeperName },
        subjects: [{ kind: "ServiceAccount", name: leaseKeeperName, namespace }],
      },
      options,
    );
    return [account, role, binding];
  }

  private createGuards(config: StackConfig, lease: Lease, options: pulumi.CustomResourceOptions): void {
    const metadata = this.metadata(config.agent.namespace);
    const scraper = { "kubernetes.io/metadata.name": config.observability.namespace };
    const ingress = [
      {
        from: [{ namespaceSelector: { matchLabels: scraper } }],
        ports: [{ protocol: "TCP", port: HEALTH_PORT }],
      },
    ];
    const outward = jobNetworkPolicy(leaseKeeperName, [], { buckets: [lease.bucket], apiServer: true });
    new k8s.networking.v1.NetworkPolicy(
      `${this.label}-network-policy`,
      { metadata, spec: { ...outward, ingress } },
      options,
    );
    new k8s.policy.v1.PodDisruptionBudget(
      `${this.label}-disruption-budget`,
      { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: { [jobLabel]: leaseKeeperName } } } },
      options,
    );
  }
}
