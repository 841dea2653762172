import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Moto } from "./moto.js";

const SCOPE = "20260101/us-east-1/kms/aws4_request";

/** One call of KMS, such as `DisableKey`. */
export async function callKms(moto: Moto, action: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(moto.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `TrentService.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=test/${SCOPE}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${action}: ${text}`);
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/**
 * What S3 does and moto leaves out: before an object of a bucket under a KMS key is written or read, the key is asked for,
 * and what KMS says of it decides. The state of the key is moto's, the words are S3's.
 */
export class KmsGate {
  /** Whether the caller may use the key at all, which is a matter of policies that moto does not evaluate. */
  permitted = true;
  /** Called with the path of each request, before the key is asked for. */
  before: ((path: string) => Promise<void>) | undefined;

  private constructor(
    private readonly moto: Moto,
    private readonly keyArn: string,
    private readonly server: Server,
  ) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  static async open(moto: Moto, keyArn: string): Promise<KmsGate> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new KmsGate(moto, keyArn, server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", this.url);
    await this.before?.(pathname);
    const isObject = pathname.split("/").filter((part) => part !== "").length > 1;
    const fault = isObject && request.method !== "DELETE" ? await this.fault() : undefined;
    if (fault === undefined) {
      this.pass(request, response);
      return;
    }
    request.resume();
    const [status, code, message] = fault;
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
  }

  private async fault(): Promise<readonly [number, string, string] | undefined> {
    if (!this.permitted) {
      const who = "User: arn:aws:iam::123456789012:role/redis-backup is not authorized to perform: kms:GenerateDataKey";
      return [403, "AccessDenied", `${who} on resource: ${this.keyArn}`];
    }
    const { KeyMetadata } = await callKms(this.moto, "DescribeKey", { KeyId: this.keyArn });
    const { KeyState: state = "" } = KeyMetadata as { KeyState?: string };
    if (state === "Enabled") return undefined;
    if (state === "Disabled") return [400, "KMS.DisabledException", `${this.keyArn} is disabled.`];
    return [400, "KMS.KMSInvalidStateException", `${this.keyArn} is pending deletion.`];
  }

  private pass(request: IncomingMessage, response: ServerResponse): void {
    const { method, headers, url = "/" } = request;
    const forward = httpRequest(new URL(url, this.moto.endpoint), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forward.on("error", () => response.destroy());
    request.pipe(forward);
  }
}
