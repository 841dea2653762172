import type { TrafficConfig } from "../../config/schema/agent.js";
import type { SpecOf } from "../custom-resource-models.js";
import { deliveryNames } from "../delivery/names.js";
import type { RoutePlan } from "../delivery/plan.js";

export interface RoutesArgs {
  readonly traffic: TrafficConfig;
  readonly routes: RoutePlan;
  /** Name and namespace of the public service. */
  readonly service: string;
  readonly namespace: string;
  /** Name at which this region alone answers, which DNS and its health checks use; absent without DNS of ours. */
  readonly ownHost?: string;
}

/** Calls inside the mesh, and through the gateway. */
export const meshGateways = ["mesh", "agent-gateway"];

export function serviceHost(service: string, namespace: string): string {
  return `${service}.${namespace}.svc.cluster.local`;
}

function behaviour({ traffic }: RoutesArgs) {
  const { attempts, perTryTimeoutSeconds } = traffic.retries;
  return {
    timeout: `${traffic.readTimeoutSeconds}s`,
    // Only what certainly never reached the service is sent again: a write must not happen twice.
    retries: { attempts, perTryTimeout: `${perTryTimeoutSeconds}s`, retryOn: "connect-failure,refused-stream" },
  };
}

function to(args: RoutesArgs, service: string) {
  return [{ destination: { host: serviceHost(service, args.namespace) } }];
}

/**
 * The VirtualService that Pulumi owns: hosts, the canary's header, time-outs and retries. What is left is delegated to
 * the one whose weights the rollout controller writes; the delegate inherits time-outs and retries from here.
 */
export function rootRoutes(args: RoutesArgs) {
  const { traffic, routes } = args;
  const header = { [traffic.canaryHeader.name]: { exact: traffic.canaryHeader.value } };
  const canaryRoute =
    routes.canary === undefined
      ? []
      : [
          {
            name: "canary",
            match: [{ headers: header }, { authority: { exact: traffic.canaryHost } }],
            ...behaviour(args),
            route: to(args, routes.canary),
          },
        ];
  const previewRoute =
    routes.preview === undefined
      ? []
      : [
          {
            name: "preview",
            match: [{ authority: { exact: traffic.previewHost } }],
            ...behaviour(args),
            route: to(args, routes.preview),
          },
        ];
  return {
    hosts: [...publicHosts(args), serviceHost(args.service, args.namespace)],
    gateways: meshGateways,
    http: [
      ...canaryRoute,
      ...previewRoute,
      { name: "default", ...behaviour(args), delegate: { name: weightsName(routes), namespace: args.namespace } },
    ],
  } satisfies SpecOf<"networking.istio.io/v1/VirtualService">;
}

/** Name of the VirtualService that the split is in. */
export function weightsName({ weightsAreManaged }: RoutePlan): string {
  return weightsAreManaged ? deliveryNames.weights : deliveryNames.split;
}

/** The weights alone: no hosts, gateways or match, one named route. */
export function weightRoutes(args: RoutesArgs) {
  const { stable, canary, canaryWeight } = args.routes;
  const destination = (service: string, weight: number) => ({
    destination: { host: serviceHost(service, args.namespace) },
    weight,
  });
  const split =
    canary === undefined
      ? [destination(stable, 100)]
      : [destination(stable, 100 - canaryWeight), destination(canary, canaryWeight)];
  const http = [{ name: deliveryNames.route, route: split }];
  return { http } satisfies SpecOf<"networking.istio.io/v1/VirtualService">;
}

/** Hosts that enter from outside under the current strategy. */
export function publicHosts({
  traffic,
  routes,
  ownHost,
}: Pick<RoutesArgs, "traffic" | "routes" | "ownHost">): string[] {
  return [
    traffic.host,
    ...(routes.canary === undefined ? [] : [traffic.canaryHost]),
    ...(routes.preview === undefined ? [] : [traffic.previewHost]),
    ...(ownHost === undefined ? [] : [ownHost]),
  ];
}

export function gatewaySpec(hosts: readonly string[]) {
  return {
    selector: { istio: "ingressgateway" },
    servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts }],
  } satisfies SpecOf<"networking.istio.io/v1/Gateway">;
}
