import { createSocket, type Socket } from "node:dgram";
import { decode, encode, RECURSION_DESIRED } from "dns-packet";

/** A health check as Route 53 runs them: a state changes after so many answers in a row that say otherwise. */
export class HealthCheck {
  private contrary = 0;

  constructor(
    private readonly ask: () => Promise<boolean>,
    private readonly threshold: number,
    public healthy: boolean,
  ) {}

  async look(): Promise<void> {
    const good = await this.ask().catch(() => false);
    this.contrary = good === this.healthy ? 0 : this.contrary + 1;
    if (this.contrary < this.threshold) return;
    this.healthy = good;
    this.contrary = 0;
  }
}

export interface Answering {
  /** Endpoint of the primary and of the standby: healthy or not. */
  readonly primary: boolean;
  readonly standby: boolean;
  /** Whether the primary's switch is thrown in any bucket. */
  readonly thrown: boolean;
}

/**
 * Which region the public name leads to, by the failover records of docs/failover.md: PRIMARY follows the endpoint and
 * the open switch, SECONDARY the standby's endpoint or the thrown switch, and if neither is healthy both count as so.
 */
export function answeredRegion({ primary, standby, thrown }: Answering): "primary" | "standby" {
  if (primary && !thrown) return "primary";
  return standby || thrown ? "standby" : "primary";
}

export interface ResolverOptions {
  readonly publicHost: string;
  readonly regions: Readonly<Record<"primary" | "standby", { readonly host: string; readonly address: string }>>;
  readonly ttlSeconds: number;
  readonly intervalSeconds: number;
  readonly failures: number;
  readonly probes: Readonly<Record<keyof Answering, () => Promise<boolean>>>;
}

/** A name server on loopback that stands in for Route 53: it runs the health checks and answers by them. */
export class StandInResolver {
  private socket: Socket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly checks: Readonly<Record<keyof Answering, HealthCheck>>;
  address = "";

  constructor(private readonly options: ResolverOptions) {
    const { probes, failures } = options;
    this.checks = {
      primary: new HealthCheck(probes.primary, failures, true),
      standby: new HealthCheck(probes.standby, failures, true),
      thrown: new HealthCheck(probes.thrown, failures, false),
    };
  }

  get answers(): "primary" | "standby" {
    const { primary, standby, thrown } = this.checks;
    return answeredRegion({ primary: primary.healthy, standby: standby.healthy, thrown: thrown.healthy });
  }

  async start(): Promise<void> {
    const socket = createSocket("udp4");
    socket.on("message", (message, { address, port }) => socket.send(this.reply(message), port, address));
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    this.address = `127.0.0.1:${socket.address().port}`;
    this.socket = socket;
    const look = (): void => void Promise.all(Object.values(this.checks).map(async (check) => await check.look()));
    this.timer = setInterval(look, this.options.intervalSeconds * 1000);
  }

  stop(): void {
    clearInterval(this.timer);
    this.socket?.close();
    this.socket = undefined;
  }

  private reply(message: Buffer): Buffer {
    const { id = 0, questions = [] } = decode(message);
    const { publicHost, regions, ttlSeconds: ttl } = this.options;
    const answers = questions.flatMap(({ name }) => {
      const region = Object.values(regions).find(({ host }) => host === name);
      if (region !== undefined) return [{ type: "A" as const, name, ttl, data: region.address }];
      if (name !== publicHost) return [];
      const { host, address } = regions[this.answers];
      return [
        { type: "CNAME" as const, name, ttl, data: host },
        { type: "A" as const, name: host, ttl, data: address },
      ];
    });
    return encode({ type: "response", id, flags: RECURSION_DESIRED, questions, answers });
  }
}
