import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AgentConfig, TrafficConfig } from "../../config/schema/agent.js";
import type { ClusterTarget } from "../clusters/cluster.js";
import { agentLabels } from "../contracts.js";
import { createCustomResource, type CustomResourceArgs } from "../custom-resource.js";
import type { CustomResourceKind } from "../custom-resource-models.js";
import type { Delivery } from "../delivery/create.js";
import type { RoutePlan } from "../delivery/plan.js";
import { ingressAnnotations, ingressSpec } from "./ingress.js";
import { gatewaySpec, publicHosts, rootRoutes, weightRoutes, weightsName, type RoutesArgs } from "./routes.js";

/** Inputs of {@link Traffic}. */
export interface TrafficArgs {
  readonly cluster: ClusterTarget;
  readonly agent: AgentConfig;
  readonly traffic: TrafficConfig;
  readonly routes: RoutePlan;
  /** Where the routes lead; they are changed only once it serves. */
  readonly delivery: Delivery;
  /** Name at which this region alone answers; its ingress, certificate and routes must serve it. */
  readonly ownHost?: string;
}

const virtualService = "networking.istio.io/v1/VirtualService";

/** Ingress with TLS, mesh encryption, gateway and routes of one region (R3, R6). */
export class Traffic extends pulumi.ComponentResource {
  /** Host names that the region answers. */
  readonly hosts: readonly string[];

  constructor(
    private readonly name: string,
    private readonly args: TrafficArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("agent-platform:traffic:Traffic", name, {}, opts);
    this.hosts = publicHosts(args);
    this.createMeshEncryption();
    this.createRoutes();
    this.createIngress();
    this.registerOutputs({ hosts: this.hosts });
  }

  private options(): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.args.cluster.provider };
  }

  private createMeshEncryption(): void {
    this.createMeshObject("mtls", {
      kind: "security.istio.io/v1/PeerAuthentication",
      name: "default",
      spec: { mtls: { mode: "STRICT" } },
    });
  }

  private createRoutes(): void {
    const { agent, traffic, routes, ownHost, delivery } = this.args;
    const args: RoutesArgs = { traffic, routes, service: agent.name, namespace: agent.namespace, ownHost };
    this.createMeshObject("gateway", {
      kind: "networking.istio.io/v1/Gateway",
      name: "agent-gateway",
      spec: gatewaySpec(this.hosts),
    });
    const { services, workloads } = delivery;
    const managed = routes.weightsAreManaged;
    const weights = this.createMeshObject(
      managed ? "weights" : "split",
      { kind: virtualService, name: weightsName(routes), spec: weightRoutes(args) },
      // The rollout controller owns the weights; ignoring less than the whole list ends in a field conflict. It starts
      // no pod before it finds them, so they cannot wait for the workloads as well.
      managed ? { ignoreChanges: ["spec.http"], dependsOn: [...services] } : { dependsOn: [...services, ...workloads] },
    );
    this.createMeshObject(
      "routes",
      { kind: virtualService, name: agent.name, spec: rootRoutes(args) },
      { dependsOn: [weights, ...workloads] },
    );
  }

  private createMeshObject<Kind extends CustomResourceKind>(
    role: string,
    object: Pick<CustomResourceArgs<Kind>, "kind" | "name" | "spec">,
    opts: { ignoreChanges?: string[]; dependsOn?: pulumi.Resource[] } = {},
  ): pulumi.Resource {
    return createCustomResource(
      `${this.name}-${role}`,
      { ...object, namespace: this.args.agent.namespace, labels: agentLabels },
      { ...this.options(), ...opts },
    );
  }

  private createIngress(): void {
    const { agent, traffic } = this.args;
    new k8s.networking.v1.Ingress(
      `${this.name}-ingress`,
      {
        metadata: {
          name: agent.name,
          namespace: agent.namespace,
          labels: { ...agentLabels },
          annotations: ingressAnnotations(traffic),
        },
        spec: ingressSpec(traffic, this.hosts, agent.name),
      },
      this.options(),
    );
  }
}
