import { poll } from "../../../common/poll.js";
import type { KubeApi, KubeObject } from "../../../operations/local/servers/region/api.js";
import { watchObjects } from "../servers/region/watch.js";

const PATIENCE_MS = 180_000;

/** One state of the traffic split, with when it was seen. */
export interface Split {
  readonly stable: number;
  readonly canary: number;
  /** `performance.now()`. */
  readonly at: number;
}

interface RouteSpec {
  http?: { route?: { destination: { host: string }; weight?: number }[] }[];
}

/** The weights of a VirtualService's only route, by its two destinations. */
export function splitOf(service: KubeObject, canaryHost: string): Omit<Split, "at"> {
  const route = (service.spec as RouteSpec).http?.[0]?.route ?? [];
  const weight = (canary: boolean): number =>
    route
      .filter(({ destination }) => (destination.host === canaryHost) === canary)
      .reduce((sum, r) => sum + (r.weight ?? 0), 0);
  return { stable: weight(false), canary: weight(true) };
}

/** Every split that a VirtualService went through, in order, from its watch. */
export class Trail {
  readonly splits: Split[] = [];
  private end: (() => void) | undefined;

  private constructor(private readonly canaryHost: string) {}

  static async follow(api: KubeApi, service: KubeObject, canaryHost: string): Promise<Trail> {
    const trail = new Trail(canaryHost);
    const { apiVersion, kind, metadata } = service;
    const watched = { apiVersion, kind, namespace: metadata.namespace ?? "default", name: metadata.name };
    trail.end = await watchObjects(api, watched, ({ object, deleted }) => {
      if (!deleted) trail.add(object);
    });
    return trail;
  }

  private add(version: KubeObject): void {
    const split = splitOf(version, this.canaryHost);
    const last = this.splits.at(-1);
    if (last?.canary === split.canary && last.stable === split.stable) return;
    this.splits.push({ ...split, at: performance.now() });
  }

  private get soFar(): string {
    return this.splits.map(({ canary }) => canary).join(", ");
  }

  /** Waits until the canary has or had the given share. */
  async until(share: number): Promise<void> {
    await poll(() => this.splits.find(({ canary }) => canary === share), {
      what: `${share} % on the canary (so far ${this.soFar})`,
      timeoutMs: PATIENCE_MS,
      intervalMs: 50,
    });
  }

  /** Waits until the canary has the given share at the end. */
  async untilLast(share: number): Promise<void> {
    await poll(() => (this.splits.at(-1)?.canary === share ? true : undefined), {
      what: `${share} % on the canary at the end (so far ${this.soFar})`,
      timeoutMs: PATIENCE_MS,
      intervalMs: 50,
    });
  }

  stop(): void {
    this.end?.();
  }
}
