import { Agent, request as httpsRequest } from "node:https";
import { ExitCode, PlatformError } from "../../../../common/errors.js";

/** Any object of the API. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    resourceVersion?: string;
    generation?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    managedFields?: { manager: string; operation: string; subresource?: string; fieldsV1?: object }[];
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

export interface Answer<T = KubeObject> {
  readonly status: number;
  readonly body: T;
}

interface Ask {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly query?: Readonly<Record<string, string>>;
}

export interface ApplyOptions {
  /** Field manager; default `pulumi-kubernetes`. */
  readonly manager?: string;
  /** Takes fields that others own; default false, so that a conflict is an error. */
  readonly force?: boolean;
  readonly subresource?: string;
}

export interface ListOptions {
  /** Default every namespace. */
  readonly namespace?: string;
  readonly labelSelector?: string;
}

export interface Access {
  readonly server: string;
  readonly certificateAuthority: string;
  readonly token: string;
}

interface Kind {
  readonly plural: string;
  readonly namespaced: boolean;
}

const METHODS = { "merge-patch": "application/merge-patch+json", apply: "application/apply-patch+yaml" };

/**
 * A client of the API for objects of any kind: bodies go out exactly as they are. The typed client drops the fields
 * that it does not know, so that strict field validation would never see a misspelt one.
 */
export class KubeApi {
  private readonly agent: Agent;
  private readonly kinds = new Map<string, Map<string, Kind>>();

  constructor(
    readonly access: Access,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {
    this.agent = new Agent({ keepAlive: true, ca: access.certificateAuthority, maxSockets: 8 });
  }

  /** The same API, asked in the name of somebody else. */
  as(user: string, groups: readonly string[] = []): KubeApi {
    return new KubeApi(this.access, {
      "impersonate-user": user,
      ...(groups.length > 0 && { "impersonate-group": groups.join(",") }),
    });
  }

  close(): void {
    this.agent.destroy();
  }

  /** One request; any status is an answer. */
  async ask<T = KubeObject>(method: string, path: string, ask: Ask = {}): Promise<Answer<T>> {
    const url = new URL(path, this.access.server);
    for (const [key, value] of Object.entries(ask.query ?? {})) url.searchParams.set(key, value);
    const body = ask.body === undefined ? undefined : JSON.stringify(ask.body);
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.access.token}`,
      accept: "application/json",
      ...this.headers,
      ...(body !== undefined && {
        "content-type": ask.contentType ?? "application/json",
        // Node sends the body of a DELETE without its length, which makes it a request of its own.
        "content-length": String(Buffer.byteLength(body)),
      }),
    };
    return await new Promise((resolve, reject) => {
      const request = httpsRequest(url, { method, headers, agent: this.agent, timeout: 20_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          const json = response.headers["content-type"]?.includes("json");
          resolve({ status: response.statusCode ?? 0, body: (json ? JSON.parse(text) : text) as T });
        });
      });
      request.on("timeout", () => request.destroy(new Error(`${method} ${path} timed out`)));
      request.on("error", reject);
      request.end(body);
    });
  }

  /** One request that must succeed. */
  async must<T = KubeObject>(method: string, path: string, ask: Ask = {}): Promise<T> {
    const { status, body } = await this.ask<T>(method, path, ask);
    if (status < 300) return body;
    const { message } = body as { message?: string };
    throw new PlatformError(`${method} ${path} answered ${status}: ${message ?? JSON.stringify(body)}`, ExitCode.error);
  }

  private async kind(apiVersion: string, kind: string): Promise<Kind> {
    let known = this.kinds.get(apiVersion);
    if (!known?.has(kind)) {
      const root = apiVersion.includes("/") ? "apis" : "api";
      const { resources } = await this.must<{ resources: { name: string; kind: string; namespaced: boolean }[] }>(
        "GET",
        `/${root}/${apiVersion}`,
      );
      const own = resources.filter(({ name }) => !name.includes("/"));
      known = new Map(own.map(({ name, kind: of, namespaced }) => [of, { plural: name, namespaced }]));
      this.kinds.set(apiVersion, known);
    }
    const found = known.get(kind);
    if (!found) throw new PlatformError(`the API server knows no ${kind} in ${apiVersion}`, ExitCode.error);
    return found;
  }

  /** Path of an object, or of its whole kind where the name is left out. */
  async path(apiVersion: string, kind: string, at: { namespace?: string; name?: string } = {}): Promise<string> {
    const { plural, namespaced } = await this.kind(apiVersion, kind);
    const parts = [apiVersion.includes("/") ? "apis" : "api", apiVersion];
    if (namespaced && at.namespace !== undefined) parts.push("namespaces", at.namespace);
    parts.push(plural);
    if (at.name !== undefined) parts.push(encodeURIComponent(at.name));
    return `/${parts.join("/")}`;
  }

  async pathOf(object: KubeObject): Promise<string> {
    const { namespaced } = await this.kind(object.apiVersion, object.kind);
    const { name, namespace } = object.metadata;
    return await this.path(object.apiVersion, object.kind, {
      name,
      ...(namespaced && { namespace: namespace ?? "default" }),
    });
  }

  /** Server-side apply with strict field validation, as the answer it got. */
  async tryApply(object: KubeObject, options: ApplyOptions = {}): Promise<Answer> {
    const path = await this.pathOf(object);
    return await this.ask("PATCH", options.subresource === undefined ? path : `${path}/${options.subresource}`, {
      body: object,
      contentType: METHODS.apply,
      query: {
        fieldManager: options.manager ?? "pulumi-kubernetes",
        fieldValidation: "Strict",
        force: String(options.force ?? false),
      },
    });
  }

  /** Server-side apply with strict field validation; refused is an error that names the object. */
  async apply(object: KubeObject, options: ApplyOptions = {}): Promise<KubeObject> {
    const { status, body } = await this.tryApply(object, options);
    if (status < 300) return body;
    const { message } = body as unknown as { message?: string };
    const { name, namespace } = object.metadata;
    throw new PlatformError(
      `${object.kind} ${namespace === undefined ? "" : `${namespace}/`}${name} was refused (${status}): ${message ?? ""}`,
    );
  }

  async get(apiVersion: string, kind: string, at: { namespace?: string; name: string }): Promise<KubeObject> {
    return await this.must("GET", await this.path(apiVersion, kind, at));
  }

  async list(apiVersion: string, kind: string, of: ListOptions = {}): Promise<KubeObject[]> {
    const path = await this.path(apiVersion, kind, of.namespace === undefined ? {} : { namespace: of.namespace });
    const query = { labelSelector: of.labelSelector ?? "" };
    const { items } = await this.must<{ items: KubeObject[] }>("GET", path, { query });
    return items.map((item) => ({ ...item, apiVersion, kind }));
  }

  async mergePatch(object: KubeObject, change: object, subresource?: string): Promise<KubeObject> {
    const path = await this.pathOf(object);
    return await this.must("PATCH", subresource === undefined ? path : `${path}/${subresource}`, {
      body: change,
      contentType: METHODS["merge-patch"],
    });
  }

  /** Deletes an object; one that is gone already is fine. */
  async remove(object: KubeObject): Promise<void> {
    const { status, body } = await this.ask("DELETE", await this.pathOf(object), {
      body: { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" },
    });
    if (status >= 300 && status !== 404) throw new PlatformError(`DELETE answered ${status}: ${JSON.stringify(body)}`);
  }
}
