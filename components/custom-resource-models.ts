// Types alone: loading the packages would cost more than a whole preview.
import type { IAnalysisTemplate, IRollout } from "@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1";
import type { IClusterIssuer } from "@kubernetes-models/cert-manager/cert-manager.io/v1";
import type { IGateway, IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1";
import type { IPeerAuthentication } from "@kubernetes-models/istio/security.istio.io/v1";
import type {
  IPodMonitor,
  IProbe,
  IPrometheusRule,
} from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import type * as pulumi from "@pulumi/pulumi";

/** The custom resources that have published types, by API version and kind. */
interface Models {
  readonly "argoproj.io/v1alpha1/AnalysisTemplate": IAnalysisTemplate;
  readonly "argoproj.io/v1alpha1/Rollout": IRollout;
  readonly "cert-manager.io/v1/ClusterIssuer": IClusterIssuer;
  readonly "monitoring.coreos.com/v1/PodMonitor": IPodMonitor;
  readonly "monitoring.coreos.com/v1/Probe": IProbe;
  readonly "monitoring.coreos.com/v1/PrometheusRule": IPrometheusRule;
  readonly "networking.istio.io/v1/Gateway": IGateway;
  readonly "networking.istio.io/v1/VirtualService": IVirtualService;
  readonly "security.istio.io/v1/PeerAuthentication": IPeerAuthentication;
}

/** A model as a resource's input: values may be wired, and nothing that is handed over is changed. */
type Wired<Value> = Value extends string | number | boolean
  ? pulumi.Input<Value>
  : Value extends readonly (infer Item)[]
    ? readonly Wired<Item>[]
    : Value extends object
      ? { readonly [Key in keyof Value]: Wired<Value[Key]> }
      : Value;

/** Custom resources by API version and kind, such as `argoproj.io/v1alpha1/Rollout`. */
export type CustomResourceKind =
  | keyof Models
  // No package has types of these; tests hold CloudNativePG's against its definitions.
  | "barmancloud.cnpg.io/v1/ObjectStore"
  | "multicluster.x-k8s.io/v1alpha1/ServiceExport"
  | "net.gke.io/v1/ServiceExport"
  | "networking.gke.io/v1/MultiClusterService"
  | "postgresql.cnpg.io/v1/Cluster"
  | "postgresql.cnpg.io/v1/ScheduledBackup";

/** The `spec` of a custom resource: its model's, or any object where it has none. */
export type SpecOf<Kind extends CustomResourceKind> = Kind extends keyof Models
  ? Wired<NonNullable<Models[Kind]["spec"]>>
  : object;
