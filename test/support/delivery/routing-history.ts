import { setTimeout as sleep } from "node:timers/promises";
import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";
import { watchObjects, type Change } from "../servers/region/watch.js";

const KINDS = [
  ["networking.istio.io/v1", "VirtualService"],
  ["discovery.k8s.io/v1", "EndpointSlice"],
] as const;

interface Route {
  readonly name: string;
  readonly delegate?: { readonly name: string };
  readonly route?: readonly { readonly destination: { readonly host: string }; readonly weight?: number }[];
}

interface Slice extends KubeObject {
  endpoints?: { conditions?: { ready?: boolean }; targetRef?: { name: string } }[] | null;
}

/** What a route of the public host led to at one revision of the store. */
export interface Moment {
  readonly revision: number;
  readonly route: string;
  /** Service, share in percent, and the pods behind it that are ready; a share of 0 gets nothing. */
  readonly destinations: readonly { readonly service: string; readonly share: number; readonly ready: number }[];
}

/** The objects that decide where a request goes, as they stood at one revision. */
class RoutingState {
  private readonly objects = new Map<string, KubeObject>();

  constructor(private readonly root: string) {}

  apply({ object, deleted }: Change): void {
    const key = `${object.kind}/${object.metadata.name}`;
    if (deleted) this.objects.delete(key);
    else this.objects.set(key, object);
  }

  private routesOf(name: string): readonly Route[] {
    const service = this.objects.get(`VirtualService/${name}`);
    return (service?.spec as { http?: Route[] } | undefined)?.http ?? [];
  }

  private ready(service: string): number {
    const pods = [...this.objects.values()]
      .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === service)
      .flatMap((slice) => (slice as Slice).endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false);
    return new Set(pods.map(({ targetRef }) => targetRef?.name)).size;
  }

  moments(revision: number): Moment[] {
    return this.routesOf(this.root).map((route) => {
      const led = route.delegate === undefined ? route.route : this.routesOf(route.delegate.name)[0]?.route;
      const destinations = (led ?? []).map(({ destination, weight }) => {
        const service = destination.host.split(".")[0] ?? "";
        return { service, share: weight ?? 100, ready: this.ready(service) };
      });
      return { revision, route: route.name, destinations };
    });
  }
}

/**
 * Every state that the routing of a namespace ever had, from watches of all objects that decide it, put in the order of
 * the store's revisions: what a mesh that follows the API server could have seen at any moment.
 */
export class RoutingHistory {
  private readonly changes: Change[] = [];
  private readonly ends: (() => void)[] = [];
  /** From this revision on the record is whole: before it stand the versions that the watches found. */
  private start = 0;

  static async record(api: KubeApi, namespace: string): Promise<RoutingHistory> {
    const history = new RoutingHistory();
    for (const [apiVersion, kind] of KINDS) {
      const end = await watchObjects(api, { apiVersion, kind, namespace }, (change) => {
        history.changes.push({ ...change, object: { ...change.object, kind } });
      });
      history.ends.push(end);
    }
    const { metadata } = await api.must<{ metadata: { resourceVersion: string } }>("GET", "/api/v1/namespaces");
    history.start = Number(metadata.resourceVersion);
    return history;
  }

  /**
   * Ends the record and replays it.
   * @param root Name of the VirtualService of the public host.
   */
  async replay(root: string): Promise<Moment[]> {
    // What happened last may still be on its way.
    await sleep(1000);
    for (const end of this.ends) end();
    const state = new RoutingState(root);
    const ordered = [...this.changes].sort((a, b) => a.revision - b.revision);
    return ordered.flatMap((change, index) => {
      state.apply(change);
      const whole = (ordered[index + 1]?.revision ?? Infinity) > this.start;
      return whole ? state.moments(change.revision) : [];
    });
  }
}
