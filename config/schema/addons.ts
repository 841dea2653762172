import { z } from "zod";
import { dnsLabel, doc, email, exactVersion, httpUrl, section } from "./primitives.js";

const addon = (defaults: { version: string; namespace: string; repository: string }) =>
  section({
    install: doc(z.boolean().default(true), "Install it; false where the cluster has it already."),
    version: doc(exactVersion.default(defaults.version), "Chart version."),
    namespace: doc(dnsLabel.default(defaults.namespace), "Namespace it lives in."),
    repository: doc(
      z.string().min(1).default(defaults.repository),
      "Chart repository, a mirror of it, or a local folder.",
    ),
  });

/** What the platform needs in every cluster. Chart versions are pinned: an upgrade is a change of configuration. */
export const addonsSchema = section({
  istio: addon({
    version: "1.31.1",
    namespace: "istio-system",
    repository: "https://istio-release.storage.googleapis.com/charts",
  }),
  ingress: addon({ version: "2.6.4", namespace: "nginx-ingress", repository: "https://helm.nginx.com/stable" }),
  certManager: addon({ version: "v1.21.1", namespace: "cert-manager", repository: "https://charts.jetstack.io" }),
  argoRollouts: addon({
    version: "2.41.0",
    namespace: "argo-rollouts",
    repository: "https://argoproj.github.io/argo-helm",
  }),
  cloudNativePg: addon({
    version: "0.29.0",
    namespace: "cnpg-system",
    repository: "https://cloudnative-pg.github.io/charts",
  }),
  barmanPlugin: addon({
    version: "0.7.0",
    namespace: "cnpg-system",
    repository: "https://cloudnative-pg.github.io/charts",
  }),
  prometheus: addon({
    version: "88.5.3",
    namespace: "observability",
    repository: "https://prometheus-community.github.io/helm-charts",
  }),
  prometheusAdapter: addon({
    version: "5.3.0",
    namespace: "observability",
    repository: "https://prometheus-community.github.io/helm-charts",
  }),
  blackboxExporter: addon({
    version: "11.17.2",
    namespace: "observability",
    repository: "https://prometheus-community.github.io/helm-charts",
  }),
  otelCollector: addon({
    version: "0.170.0",
    namespace: "observability",
    repository: "https://open-telemetry.github.io/opentelemetry-helm-charts",
  }),
  multiclusterApi: section({
    install: doc(z.boolean().default(true), "Install the CRD of ServiceExport; false where the cluster has one."),
  }),
  istioGateway: doc(
    z.boolean().default(false),
    "Install Istio's own gateway too, for callers that come to the mesh without the ingress controller.",
  ),
  ingressService: doc(
    dnsLabel.default("nginx-ingress-public"),
    "Service of the load balancer in front of a preinstalled ingress controller; its address is read.",
  ),
  acmeServer: doc(
    httpUrl.default("https://acme-v02.api.letsencrypt.org/directory"),
    "Directory of the certificate authority; its staging directory while trying things out, because of rate limits.",
  ),
  acmeEmail: doc(email.default("platform-team@example.com"), "Account e-mail at the certificate authority."),
});

export type AddonsConfig = z.output<typeof addonsSchema>;
export type AddonConfig = AddonsConfig["istio"];
