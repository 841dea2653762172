import type { RecordedResource } from "../../cli/preview/recording.js";
import { computedMark } from "../../cli/preview/computed.js";

/** The inputs by which a reviewer knows a resource, by type: what it is called, how large, who may reach it. */
const keyInputs: Readonly<Record<string, readonly string[]>> = {
  "pulumi:providers:aws": ["region"],
  "pulumi:providers:gcp": ["project", "region"],
  "pulumi:providers:kubernetes": ["enableServerSideApply", "deleteUnreachable", "skipUpdateUnreachable"],
  "aws:cloudwatch/logGroup:LogGroup": ["name", "retentionInDays"],
  "aws:ec2/route:Route": ["destinationCidrBlock"],
  "aws:ec2/subnet:Subnet": ["cidrBlock", "mapPublicIpOnLaunch"],
  "aws:ec2/vpc:Vpc": ["cidrBlock", "enableDnsHostnames"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["serviceName", "vpcEndpointType"],
  "aws:eks/addon:Addon": ["addonName", "addonVersion"],
  "aws:eks/cluster:Cluster": [
    "name",
    "version",
    "deletionProtection",
    "enabledClusterLogTypes",
    "vpcConfig.endpointPrivateAccess",
    "vpcConfig.publicAccessCidrs",
    "encryptionConfig.resources",
    "accessConfig.authenticationMode",
  ],
  "aws:eks/nodeGroup:NodeGroup": ["instanceTypes", "capacityType", "scalingConfig"],
  "aws:iam/role:Role": ["managedPolicyArns"],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["policyArn"],
  "aws:kms/key:Key": ["enableKeyRotation", "multiRegion"],
  "aws:route53/healthCheck:HealthCheck": [
    "type",
    "fqdn",
    "resourcePath",
    "requestInterval",
    "failureThreshold",
    "childHealthThreshold",
    "invertHealthcheck",
  ],
  "aws:route53/record:Record": [
    "name",
    "type",
    "ttl",
    "setIdentifier",
    "failoverRoutingPolicies",
    "weightedRoutingPolicies",
  ],
  "aws:route53/zone:Zone": ["name"],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ["rules"],
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": ["rule.defaultRetention"],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm",
  ],
  "aws:s3/bucketVersioning:BucketVersioning": ["versioningConfiguration.status"],
  "gcp:compute/firewall:Firewall": ["direction", "sourceRanges", "allows"],
  "gcp:compute/subnetwork:Subnetwork": ["ipCidrRange", "secondaryIpRanges", "privateIpGoogleAccess"],
  "gcp:container/cluster:Cluster": [
    "name",
    "location",
    "minMasterVersion",
    "releaseChannel.channel",
    "deletionProtection",
    "datapathProvider",
    "privateClusterConfig",
    "masterAuthorizedNetworksConfig.cidrBlocks",
    "databaseEncryption.state",
  ],
  "gcp:container/nodePool:NodePool": [
    "nodeConfig.machineType",
    "autoscaling.totalMinNodeCount",
    "autoscaling.totalMaxNodeCount",
  ],
  "gcp:kms/cryptoKey:CryptoKey": ["rotationPeriod"],
  "gcp:projects/iAMMember:IAMMember": ["role"],
  "gcp:projects/service:Service": ["service", "disableOnDestroy"],
  "gcp:serviceaccount/iAMMember:IAMMember": ["role", "member"],
  "gcp:storage/bucket:Bucket": [
    "location",
    "publicAccessPrevention",
    "retentionPolicy.retentionPeriod",
    "versioning.enabled",
  ],
  "gcp:storage/bucketIAMMember:BucketIAMMember": ["role"],
  "random:index/randomPassword:RandomPassword": ["length"],
  "kubernetes:apps/v1:Deployment": ["spec.replicas"],
  "kubernetes:apps/v1:StatefulSet": ["spec.replicas"],
  "kubernetes:argoproj.io/v1alpha1:Rollout": ["spec.strategy.canary.steps.length", "spec.progressDeadlineAbort"],
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": [
    "spec.minReplicas",
    "spec.maxReplicas",
    "spec.scaleTargetRef.kind",
  ],
  "kubernetes:batch/v1:CronJob": ["spec.schedule", "spec.concurrencyPolicy"],
  "kubernetes:cert-manager.io/v1:ClusterIssuer": ["spec.acme.server"],
  "kubernetes:core/v1:Namespace": ["metadata.labels.pod-security\\.kubernetes\\.io/enforce"],
  "kubernetes:core/v1:Service": ["spec.type", "spec.clusterIP", "spec.ports.*.port"],
  "kubernetes:core/v1:ServiceAccount": ["automountServiceAccountToken"],
  "kubernetes:helm.sh/v3:Release": ["namespace", "chart", "version"],
  "kubernetes:networking.istio.io/v1:Gateway": ["spec.servers.*.hosts"],
  "kubernetes:networking.istio.io/v1:VirtualService": ["spec.hosts", "spec.http.*.name"],
  "kubernetes:networking.k8s.io/v1:Ingress": ["spec.ingressClassName", "spec.rules.*.host", "spec.tls.*.secretName"],
  "kubernetes:networking.k8s.io/v1:NetworkPolicy": ["spec.policyTypes"],
  "kubernetes:policy/v1:PodDisruptionBudget": ["spec.minAvailable", "spec.maxUnavailable"],
  "kubernetes:postgresql.cnpg.io/v1:Cluster": [
    "spec.instances",
    "spec.imageName",
    "spec.storage.size",
    "spec.replica.enabled",
  ],
  "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup": ["spec.schedule"],
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": ["rules.*.resources"],
  "kubernetes:rbac.authorization.k8s.io/v1:Role": ["rules.*.resources"],
  "kubernetes:storage.k8s.io/v1:StorageClass": ["provisioner", "volumeBindingMode", "allowVolumeExpansion"],
};

function at(value: unknown, [head, ...rest]: readonly string[]): unknown {
  if (head === undefined || value === undefined || value === null) return value;
  if (head === "*" && Array.isArray(value)) return value.map((item: unknown) => at(item, rest));
  return at((value as Record<string, unknown>)[head], rest);
}

const pathOf = (key: string): string[] => key.split(/(?<!\\)\./).map((part) => part.replaceAll("\\.", "."));

const show = (value: unknown): string => JSON.stringify(value).replaceAll(/"([\w./-]+)"/g, "$1");

/**
 * `namespace/name` of a Kubernetes object and the inputs of the table, as `{key=value, …}`; what a cloud computes and what
 * is secret are left out.
 */
export function describeInputs({ type, inputs, secretPaths }: RecordedResource): string {
  const metadata = inputs.metadata as { namespace?: string; name?: string } | undefined;
  const object = metadata === undefined ? [] : [[metadata.namespace, metadata.name].filter(Boolean).join("/")];
  const shown = (keyInputs[type] ?? []).flatMap((key) => {
    const path = pathOf(key);
    const value = at(inputs, path);
    const text = value === undefined ? undefined : show(value);
    if (
      text === undefined ||
      text.includes(computedMark) ||
      secretPaths.some((secret) => path.join(".").startsWith(secret))
    )
      return [];
    return [`${path.filter((part) => part !== "*" && !/^\d+$/.test(part)).at(-1) ?? key}=${text}`];
  });
  const all = [...object, ...shown];
  return all.length === 0 ? "" : `{${all.join(", ")}}`;
}
