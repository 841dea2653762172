import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** A server on loopback that keeps what it is told. */
abstract class Recipient<Told> {
  readonly told: Told[] = [];
  port = 0;
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;

  protected abstract create(): Server;

  async start(): Promise<void> {
    const server = this.create();
    server.on("connection", (socket: Socket) => this.sockets.add(socket));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(undefined)));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** What the webhook of the configuration is sent. */
export interface Warning {
  readonly severity: string;
  readonly deployment: string;
  readonly message: string;
  readonly event: string;
}

export class Webhook extends Recipient<Warning> {
  protected create(): Server {
    return createHttpServer((request, response) => {
      void bodyOf(request).then((body) => {
        this.told.push(JSON.parse(body) as Warning);
        response.writeHead(200).end();
      });
    });
  }
}

/** The one call of Slack's API that the controller makes. */
export interface SlackMessage {
  readonly call: string;
  readonly token: string;
  readonly channel: string;
  readonly text: string;
}

export class Slack extends Recipient<SlackMessage> {
  protected create(): Server {
    return createHttpServer((request, response) => {
      void bodyOf(request).then((body) => {
        const form = new URLSearchParams(body);
        const field = (name: string): string => form.get(name) ?? "";
        const token = field("token") || (request.headers.authorization ?? "").replace("Bearer ", "");
        this.told.push({ call: request.url ?? "", token, channel: field("channel"), text: field("text") });
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ ok: true, channel: field("channel"), ts: "1.1" }));
      });
    });
  }
}

export interface Mail {
  readonly from: string;
  readonly to: string;
  /** Headers and body as they came over the wire. */
  readonly data: string;
}

/** As much of SMTP as a client needs that neither encrypts nor authenticates. */
export class MailServer extends Recipient<Mail> {
  protected create(): Server {
    return createTcpServer((socket) => {
      let mail = { from: "", to: "", data: "" };
      let inData = false;
      const say = (line: string): void => void socket.write(`${line}\r\n`);
      const take = (line: string): void => {
        if (line !== ".") {
          mail.data += `${line}\n`;
          return;
        }
        this.told.push(mail);
        mail = { from: "", to: "", data: "" };
        inData = false;
        say("250 kept");
      };
      const answer = (line: string): void => {
        const [, from] = /^MAIL FROM:<(.*?)>/i.exec(line) ?? [];
        const [, to] = /^RCPT TO:<(.*?)>/i.exec(line) ?? [];
        if (from !== undefined) mail.from = from;
        if (to !== undefined) mail.to = to;
        inData = /^DATA/i.test(line);
        say(inData ? "354 go on" : /^QUIT/i.test(line) ? "221 bye" : "250 fine");
      };
      say("220 test");
      createInterface({ input: socket }).on("line", (line) => (inData ? take(line) : answer(line)));
      socket.on("error", () => undefined);
    });
  }
}
