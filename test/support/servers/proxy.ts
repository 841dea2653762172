import { createConnection, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A wire that a test can cut: forwards a port of its own on loopback to another, until so many bytes went through. */
export class Wire {
  private readonly sockets = new Set<Socket>();
  private left = Infinity;
  /** Bytes that clients have sent since the last order. */
  sent = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(url: string): Promise<Wire> {
    const target = Number(new URL(url).port);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    const wire = new Wire(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on("connection", (client) => wire.join(client, createConnection({ port: target, host: "127.0.0.1" })));
    return wire;
  }

  private join(client: Socket, upstream: Socket): void {
    const ends = [client, upstream] as const;
    for (const end of ends) {
      this.sockets.add(end);
      end.on("close", () => {
        this.sockets.delete(end);
        for (const each of ends) each.destroy();
      });
      end.on("error", () => undefined);
    }
    if (this.left <= 0) {
      this.cutNow();
      return;
    }
    client.on("data", (chunk: Buffer) => {
      this.sent += chunk.length;
      this.left -= chunk.length;
      if (this.left <= 0) this.cutNow();
      else upstream.write(chunk);
    });
    upstream.on("data", (chunk: Buffer) => client.write(chunk));
  }

  private cutNow(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** From now on so many bytes get through, then every connection is cut, and every new one too. */
  cutAfter(bytes: number): void {
    this.left = bytes;
    this.sent = 0;
  }

  mend(): void {
    this.left = Infinity;
    this.sent = 0;
  }

  async close(): Promise<void> {
    this.cutNow();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
