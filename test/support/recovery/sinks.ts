import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";

/** What a receiver of webhooks got, by idempotency key. */
export class WebhookSink {
  readonly received = new Map<string, number>();
  private server: HttpServer | undefined;
  url = "";

  async start(): Promise<void> {
    this.server = createHttpServer((request, response) => {
      const key = String(request.headers["idempotency-key"]);
      request.resume().on("end", () => {
        this.received.set(key, (this.received.get(key) ?? 0) + 1);
        response.end("ok");
      });
    });
    await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}

/** A mail server that takes everything, and keeps the recipients and subjects. */
export class MailSink {
  readonly mails: { to: string[]; subject: string; id: string }[] = [];
  private server: Server | undefined;

  async start(port: number): Promise<void> {
    this.server = createServer((socket) => {
      let buffer = "";
      let data: string[] | undefined;
      let to: string[] = [];
      socket.write("220 sink\r\n");
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        buffer += chunk.toString();
        const lines = buffer.split("\r\n");
        buffer = lines.pop() ?? "";
        for (const line of lines) {
          if (data !== undefined) {
            if (line !== ".") {
              data.push(line);
              continue;
            }
            const header = (name: string): string =>
              data
                ?.find((one) => one.toLowerCase().startsWith(`${name}:`))
                ?.slice(name.length + 1)
                .trim() ?? "";
            this.mails.push({ to, subject: header("subject"), id: header("message-id") });
            [data, to] = [undefined, []];
          } else if (line === "DATA") {
            data = [];
            socket.write("354 go on\r\n");
            continue;
          } else if (line.startsWith("RCPT")) to.push(/<(.+)>/.exec(line)?.[1] ?? "");
          socket.write(line.startsWith("EHLO") ? "250 sink\r\n" : line === "QUIT" ? "221 bye\r\n" : "250 ok\r\n");
        }
      });
    });
    await new Promise<void>((resolve) => this.server?.listen(port, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server?.close(resolve));
  }
}

interface PagerEvent {
  readonly routing_key: string;
  readonly event_action: "trigger" | "resolve";
  readonly dedup_key: string;
  readonly payload: { readonly severity: string; readonly summary: string; readonly custom_details: { key: string } };
}

/** Answers as PagerDuty's Events API v2 does: one incident for a key, open until it is resolved. */
export class PagerSink {
  readonly incidents = new Map<string, { open: boolean; readonly keys: string[] }>();
  private server: HttpServer | undefined;
  url = "";

  constructor(private readonly routingKey: string) {}

  async start(): Promise<void> {
    this.server = createHttpServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        const event = JSON.parse(text) as PagerEvent;
        const { event_action: action, dedup_key: key, payload } = event;
        const severities = ["critical", "error", "warning", "info"];
        if (event.routing_key !== this.routingKey || key === "" || !severities.includes(payload.severity)) {
          response.writeHead(400).end(JSON.stringify({ status: "invalid event" }));
          return;
        }
        const known = this.incidents.get(key) ?? { open: true, keys: [] };
        known.keys.push(payload.custom_details.key);
        known.open = action === "trigger";
        this.incidents.set(key, known);
        response.writeHead(202).end(JSON.stringify({ status: "success", dedup_key: key }));
      });
    });
    await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v2/enqueue`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve) ?? resolve(undefined));
  }
}
