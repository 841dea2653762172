import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A webhook that keeps what it is sent. */
export class Webhook<T> {
  readonly received: T[] = [];
  private server: Server | undefined;

  /** Starts it on loopback; the URL under which it can be told. */
  async start(): Promise<string> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.received.push(JSON.parse(Buffer.concat(chunks).toString()) as T);
        response.writeHead(200).end();
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    this.server = server;
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
