import { runCommand } from "../../common/command.js";
import type { Space } from "./space.js";

/** Every address of a local platform is in ranges set aside for examples and tests, which lead nowhere. */
const SEGMENT = "198.18.0";

/** Address of a host of the segment. */
export const segmentAddress = (host: number): string => `${SEGMENT}.${host}`;

/** A space's place on the one network segment that joins them all. */
export interface Place {
  readonly space: Space;
  readonly address: string;
  /** Ranges behind it: its pods, or its region's services. */
  readonly routes: readonly string[];
}

/** One network segment: a bridge in a space of its own. Nothing in it has a default route, so nothing leaves it. */
export class Segment {
  private readonly places: Place[] = [];
  private joining: Promise<unknown> = Promise.resolve();

  private constructor(private readonly hub: Space) {}

  static async create(hub: Space): Promise<Segment> {
    await hub.run("ip", ["link", "add", "segment", "type", "bridge"]);
    // Bridged packets are for the firewall of the spaces at either end.
    await hub.run("sysctl", ["-qw", "net.bridge.bridge-nf-call-iptables=0"]);
    await hub.run("ip", ["link", "set", "segment", "up"]);
    return new Segment(hub);
  }

  /** Plugs a space in, and tells everyone what is behind whom. One after another, or two would miss each other. */
  join(space: Space, routes: readonly string[] = [], host?: number): Promise<Place> {
    const joined = this.joining.then(async () => await this.plugIn(space, routes, host));
    this.joining = joined.catch(() => undefined);
    return joined;
  }

  private async plugIn(space: Space, routes: readonly string[], host = this.places.length + 10): Promise<Place> {
    const port = `port${host}`;
    const place = { space, address: segmentAddress(host), routes };
    const ends = ["netns", String(this.hub.pid), "type", "veth", "peer", "name", "eth0", "netns", String(space.pid)];
    await runCommand("ip", ["link", "add", port, ...ends]);
    await this.hub.run("ip", ["link", "set", port, "master", "segment", "up"]);
    await space.run("ip", ["address", "add", `${place.address}/24`, "dev", "eth0"]);
    await space.run("ip", ["link", "set", "eth0", "up"]);
    for (const other of this.places) {
      await route(space, other);
      await route(other.space, place);
    }
    this.places.push(place);
    return place;
  }

  /** Unplugs a place, as a failed switch does, or plugs it in again. */
  async connect(place: Place, state: "up" | "down"): Promise<void> {
    await this.hub.run("ip", ["link", "set", `port${place.address.slice(SEGMENT.length + 1)}`, state]);
  }
}

async function route(space: Space, { routes, address }: Place): Promise<void> {
  for (const range of routes) await space.run("ip", ["route", "replace", range, "via", address]);
}
