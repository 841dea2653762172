import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Store } from "../../config/schema/data.js";
import type { StoreEndpoint } from "../contracts.js";
import { storeLabels, storeServices } from "./names.js";
import type { StoreArgs } from "./store.js";

export interface ExternalStoreArgs extends StoreArgs {
  readonly store: Store;
  readonly parent: pulumi.Resource;
}

/**
 * A store that somebody else runs. The usual service name leads there too, for the init containers that wait for it;
 * the endpoint is the store's own name, which its certificate carries.
 */
export function createExternalService(name: string, args: ExternalStoreArgs): StoreEndpoint {
  const usual = storeServices[args.store];
  const external = args.config[args.store].external;
  if (external === undefined) throw new Error(`${args.store} is not external`);
  new k8s.core.v1.Service(
    `${name}-service`,
    {
      metadata: { name: usual.host, namespace: args.namespace, labels: storeLabels(args.store) },
      spec: { type: "ExternalName", externalName: external.host },
    },
    { parent: args.parent, provider: args.cluster.provider, dependsOn: [...args.addonsReady] },
  );
  return { store: args.store, host: external.host, port: external.port ?? usual.port };
}
