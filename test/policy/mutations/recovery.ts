import { mutantsOf } from "../support/mutants.js";

const CLUSTER = "Cluster/postgres";
const VAULT = "vault-us-east-1";
const sidecar = (type: string, suffix: string): string => `aws:s3/${type} ${VAULT}-postgres-${suffix}`;
const GCS = "gcp:storage/bucket:Bucket vault-us-west1-postgres";
const said = (name: string): string => `metadata.annotations[agent-platform.io/${name}]`;

/** R8: backups of every store, and where they lie. */
export const backups = mutantsOf("R8", [
  ["PostgreSQL's backup deleted", "ScheduledBackup/postgres-backup", "delete"],
  ["Redis' backup deleted", "CronJob/redis-backup", "delete"],
  ["vector database's backup deleted", "CronJob/vector-backup", "delete"],
  ["PostgreSQL once a week", "ScheduledBackup/postgres-backup", `spec.schedule := "0 0 2 * * 0"`],
  ["a schedule that is none", "ScheduledBackup/postgres-backup", `spec.schedule := "daily"`],
  ["Redis once a day", "CronJob/redis-backup", `spec.schedule := "0 2 * * *"`],
  ["vector database once a month", "CronJob/vector-backup", `spec.schedule := "0 3 1 * *"`],
  ["Redis' backup suspended", "CronJob/redis-backup", "spec.suspend := true"],
  ["PostgreSQL's backup suspended", "ScheduledBackup/postgres-backup", "spec.suspend := true"],
  ["backup of another cluster", "ScheduledBackup/postgres-backup", `spec.cluster.name := "other"`],
  ["overlapping backups", "CronJob/redis-backup", `spec.concurrencyPolicy := "Allow"`],
  ["kept for 3 days", "CronJob/redis-backup", `${said("retention-days")} := "3"`],
  ["no word on how long", "CronJob/vector-backup", `- ${said("retention-days")}`],
  ["archive kept for 3 days", "ObjectStore/postgres-archive", `spec.retentionPolicy := "3d"`],
  ["no log archived", CLUSTER, "- spec.plugins"],
  ["archiver switched off", CLUSTER, "spec.plugins[0].enabled := false"],
  ["archive that is not there", "ObjectStore/postgres-archive", "delete"],
  ["log closed once a day", CLUSTER, `spec.postgresql.parameters.archive_timeout := "24h"`],
  ["one instance", CLUSTER, "spec.instances := 1"],
  ["no synchronous standby", CLUSTER, "- spec.postgresql.synchronous"],
  ["not encrypted", "CronJob/redis-backup", `${said("encrypted")} := "false"`],
  ["no copy elsewhere", "CronJob/redis-backup", `- ${said("copy-location")}`],
  [
    "copy beside the original",
    "CronJob/redis-backup",
    `${said("copy-location")} := "s3://agent-memory-backups-production-us-east-1-redis-c0de5afe/us-east-1"`,
  ],
  ["copying job deleted", "CronJob/redis-copy", "delete"],
  ["nobody restores to verify", "CronJob/backup-verification", "delete"],
  ["backup job as root", "CronJob/redis-backup", "- spec.jobTemplate.spec.template.spec.securityContext"],
  ["backup job's network policy deleted", "NetworkPolicy/redis-backup", "delete"],
  ["bucket open to the public", sidecar("bucketPublicAccessBlock:BucketPublicAccessBlock", "public-access"), "delete"],
  [
    "one public setting open",
    sidecar("bucketPublicAccessBlock:BucketPublicAccessBlock", "public-access"),
    "blockPublicPolicy := false",
  ],
  [
    "no key of its own",
    sidecar("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "encryption"),
    "delete",
  ],
  ["no versions", sidecar("bucketVersioning:BucketVersioning", "versioning"), "delete"],
  [
    "versions suspended",
    sidecar("bucketVersioning:BucketVersioning", "versioning"),
    `versioningConfiguration.status := "Suspended"`,
  ],
  ["no lock", sidecar("bucketObjectLockConfiguration:BucketObjectLockConfiguration", "lock"), "delete"],
  [
    "old versions kept for ever",
    sidecar("bucketLifecycleConfiguration:BucketLifecycleConfiguration", "lifecycle"),
    "delete",
  ],
  ["plain HTTP allowed", sidecar("bucketPolicy:BucketPolicy", "policy"), "delete"],
  ["key never rotates", `aws:kms/key:Key ${VAULT}-key`, "enableKeyRotation := false"],
  ["Google bucket open to the public", GCS, "- publicAccessPrevention"],
  ["Google bucket without a key of its own", GCS, "- encryption"],
  ["Google bucket without versions", GCS, "- versioning"],
  ["Google bucket without clean-up", GCS, "- lifecycleRules"],
  [
    "finished jobs kept shorter",
    "CronJob/redis-backup",
    "- spec.jobTemplate.spec.ttlSecondsAfterFinished",
    "the history limits still bound them; records lie in the repository",
  ],
]);

/** R9 and R10: two regions, and what to do when one is lost. */
export const regions = mutantsOf("R9", [
  ["ha-config deleted", "ConfigMap/ha-config", "delete"],
  ["no secondary region", "ConfigMap/ha-config", "- data.secondary_region"],
  ["fails over after five minutes", "ConfigMap/ha-config", `data.failover_threshold_seconds := "300"`],
  ["service not exported", "ServiceExport/agent-memory-service", "delete"],
  ["export of a Service that is not there", "ServiceExport/agent-memory-service", `metadata.name := "agent"`],
  ["primary record without a health check", "aws:route53/record:Record failover-public-primary", "- healthCheckId"],
  ["secondary record deleted", "aws:route53/record:Record failover-public-secondary", "delete"],
  ["primary record deleted", "aws:route53/record:Record failover-public-primary", "delete"],
  ["clients keep the address for an hour", "aws:route53/record:Record failover-public-primary", "ttl := 3600"],
  [
    "both records are primary",
    "aws:route53/record:Record failover-public-secondary",
    `failoverRoutingPolicies[0].type := "PRIMARY"`,
  ],
  [
    "noticed after five minutes",
    "aws:route53/healthCheck:HealthCheck failover-us-east-1-endpoint",
    "failureThreshold := 30",
  ],
  ["asked every 30 s", "aws:route53/healthCheck:HealthCheck failover-us-east-1-endpoint", "requestInterval := 30"],
  ["health check disabled", "aws:route53/healthCheck:HealthCheck failover-us-east-1-endpoint", "disabled := true"],
  ["a shallow health check", "aws:route53/healthCheck:HealthCheck failover-us-east-1-endpoint", `resourcePath := "/"`],
  ["health checked without TLS", "aws:route53/healthCheck:HealthCheck failover-us-east-1-endpoint", `type := "HTTP"`],
  ["recovery plans deleted", "ConfigMap/recovery-plans", "delete"],
  [
    "API server open to the world",
    "aws:eks/cluster:Cluster us-east-1-cluster",
    `vpcConfig.publicAccessCidrs := ["0.0.0.0/0"]`,
  ],
  ["Secrets unencrypted in etcd", "aws:eks/cluster:Cluster us-east-1-cluster", "- encryptionConfig"],
  ["no audit log", "aws:eks/cluster:Cluster us-east-1-cluster", "- enabledClusterLogTypes"],
  ["policies that nothing enforces", "aws:eks/addon:Addon us-east-1-addon-vpc-cni", "- configurationValues"],
  [
    "Google's API server open to the world",
    "gcp:container/cluster:Cluster us-west1-cluster",
    "- masterAuthorizedNetworksConfig",
  ],
]);
