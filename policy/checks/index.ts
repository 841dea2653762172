import type { Check } from "../engine/check.js";
import { agreedValues } from "./infrastructure/agreed-values.js";
import { barePod } from "./infrastructure/bare-pod.js";
import { dangling } from "./infrastructure/dangling.js";
import { duplicateEnv } from "./infrastructure/duplicate-env.js";
import { gracefulShutdown } from "./infrastructure/graceful-shutdown.js";
import { healthEndpoints } from "./infrastructure/health-endpoints.js";
import { hpa } from "./infrastructure/hpa.js";
import { hpaStaticReplicas } from "./infrastructure/hpa-static-replicas.js";
import { minReplicas } from "./infrastructure/min-replicas.js";
import { probePort } from "./infrastructure/probe-port.js";
import { probesIdentical } from "./infrastructure/probes-identical.js";
import { references } from "./infrastructure/references.js";
import { requestsComplete } from "./infrastructure/requests-complete.js";
import { resourceLimits } from "./infrastructure/resource-limits.js";
import { resourceRequests } from "./infrastructure/resource-requests.js";
import { rollingUpdate } from "./infrastructure/rolling-update.js";
import { selectorMismatch } from "./infrastructure/selector-mismatch.js";
import { topologySpread } from "./infrastructure/topology-spread.js";
import { volumes } from "./infrastructure/volumes.js";
import { alerts } from "./observability/alerts.js";
import { prometheusMetrics } from "./observability/prometheus-metrics.js";
import { structuredLogging } from "./observability/structured-logging.js";
import { tracing } from "./observability/tracing.js";
import { bucketEncryption } from "./security/bucket-encryption.js";
import { bucketPublicAccess } from "./security/bucket-public-access.js";
import { bucketTlsOnly } from "./security/bucket-tls-only.js";
import { capabilities } from "./security/capabilities.js";
import { clusterAuditLogs } from "./security/cluster-audit-logs.js";
import { clusterEndpoint } from "./security/cluster-endpoint.js";
import { clusterNetworkPolicy } from "./security/cluster-network-policy.js";
import { clusterSecretEncryption } from "./security/cluster-secret-encryption.js";
import { exemption } from "./security/exemption.js";
import { hostNamespaces } from "./security/host-namespaces.js";
import { hostPath } from "./security/host-path.js";
import { hostPort } from "./security/host-port.js";
import { imageTag } from "./security/image-tag.js";
import { ingressTls } from "./security/ingress-tls.js";
import { keyRotation } from "./security/key-rotation.js";
import { networkPolicy } from "./security/network-policy.js";
import { networkPolicyDirections } from "./security/network-policy-directions.js";
import { networkPolicyEssentials } from "./security/network-policy-essentials.js";
import { networkPolicyOpen } from "./security/network-policy-open.js";
import { privilegeEscalation } from "./security/privilege-escalation.js";
import { privileged } from "./security/privileged.js";
import { rbac } from "./security/rbac.js";
import { rbacEscalation } from "./security/rbac-escalation.js";
import { rbacSecrets } from "./security/rbac-secrets.js";
import { readonlyRootfs } from "./security/readonly-rootfs.js";
import { runAsNonRoot } from "./security/run-as-non-root.js";
import { seccomp } from "./security/seccomp.js";
import { secrets } from "./security/secrets.js";
import { tokenAutomount } from "./security/token-automount.js";
import { analysisConditions } from "./reliability/analysis-conditions.js";
import { autoscaledPdb } from "./reliability/autoscaled-pdb.js";
import { backupCopy } from "./reliability/backup-copy.js";
import { backupEncryption } from "./reliability/backup-encryption.js";
import { backupVerified } from "./reliability/backup-verified.js";
import { backups } from "./reliability/backups.js";
import { bucketLifecycle } from "./reliability/bucket-lifecycle.js";
import { bucketLock } from "./reliability/bucket-lock.js";
import { bucketVersioning } from "./reliability/bucket-versioning.js";
import { drDrill } from "./reliability/dr-drill.js";
import { dnsCheckSpeed } from "./reliability/dns-check-speed.js";
import { dnsFailoverPair } from "./reliability/dns-failover-pair.js";
import { dnsHealthCheck } from "./reliability/dns-health-check.js";
import { dnsTtl } from "./reliability/dns-ttl.js";
import { drPlan } from "./reliability/dr-plan.js";
import { pdb } from "./reliability/pdb.js";
import { progressiveDelivery } from "./reliability/progressive-delivery.js";
import { walArchiving } from "./reliability/wal-archiving.js";

/** The eleven checks of R1: what every service must show before it goes to production. */
export const CORE_CHECKS: readonly Check[] = [
  healthEndpoints,
  resourceLimits,
  minReplicas,
  structuredLogging,
  prometheusMetrics,
  tracing,
  secrets,
  networkPolicy,
  rbac,
  backups,
  drPlan,
];

/** The rule book, in the order in which it reports: the core checks first, then by category. */
export const CHECKS: readonly Check[] = [
  ...CORE_CHECKS,
  agreedValues,
  barePod,
  dangling,
  duplicateEnv,
  gracefulShutdown,
  hpa,
  hpaStaticReplicas,
  probePort,
  probesIdentical,
  references,
  requestsComplete,
  resourceRequests,
  rollingUpdate,
  selectorMismatch,
  topologySpread,
  volumes,
  alerts,
  bucketEncryption,
  bucketPublicAccess,
  bucketTlsOnly,
  capabilities,
  clusterAuditLogs,
  clusterEndpoint,
  clusterNetworkPolicy,
  clusterSecretEncryption,
  exemption,
  hostNamespaces,
  hostPath,
  hostPort,
  imageTag,
  ingressTls,
  keyRotation,
  networkPolicyDirections,
  networkPolicyEssentials,
  networkPolicyOpen,
  privilegeEscalation,
  privileged,
  rbacEscalation,
  rbacSecrets,
  readonlyRootfs,
  runAsNonRoot,
  seccomp,
  tokenAutomount,
  analysisConditions,
  autoscaledPdb,
  backupCopy,
  backupEncryption,
  backupVerified,
  bucketLifecycle,
  bucketLock,
  bucketVersioning,
  dnsCheckSpeed,
  dnsFailoverPair,
  dnsHealthCheck,
  dnsTtl,
  drDrill,
  pdb,
  progressiveDelivery,
  walArchiving,
];
