import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../../../common/command.js";
import { skip } from "../../counts.js";
import { ensurePython } from "../../servers/python.js";

const PACKAGE = "google-api-python-client==2.202.0";

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly readOnly?: boolean;
  readonly required?: boolean | readonly string[];
  readonly annotations?: { readonly required?: readonly string[] };
  readonly minimum?: string;
  readonly maximum?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}

interface Method {
  readonly id: string;
  readonly parameters?: Readonly<Record<string, Schema>>;
  readonly request?: Schema;
}

interface Resource {
  readonly methods?: Readonly<Record<string, Method>>;
  readonly resources?: Readonly<Record<string, Resource>>;
}

interface Api extends Resource {
  readonly schemas: Readonly<Record<string, Schema>>;
}

export interface GcpCall {
  /** Name and version of the API, such as `compute.v1`. */
  readonly api: string;
  /** Path of the method below the API, such as `projects.locations.clusters.create`. */
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const kinds: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number",
};

/** A number that is too long for JSON, and so is text. */
const isLong = ({ type, format }: Schema): boolean => type === "string" && format?.endsWith("int64") === true;

/** Google's own descriptions of its APIs, as its client library carries them. */
export class GcpModels {
  private readonly apis = new Map<string, Api>();

  private constructor(private readonly folder: string) {}

  /** Finds the descriptions; skips the tests where the package cannot be had. */
  static async find(context: Mocha.Context): Promise<GcpModels> {
    const python = await ensurePython("google-apis-2.202.0", { packages: ["--no-deps", PACKAGE], program: "python" });
    if (python.missing !== undefined) return skip(context, python.missing);
    const script = "import sysconfig; print(sysconfig.get_path('purelib'))";
    const { stdout } = await runCommand(python.path, ["-c", script]);
    return new GcpModels(join(stdout.trim(), "googleapiclient", "discovery_cache", "documents"));
  }

  /** What a call breaks of its description: parameters and members that there are, types, enums, patterns, ranges. */
  faultsOf({ api, method, params, body }: GcpCall): string[] {
    const described = this.method(api, method);
    const { parameters = {}, request } = described;
    const missing = Object.entries(parameters).filter(([name, { required }]) => required === true && !(name in params));
    const check = new Check(this.api(api).schemas, described.id);
    for (const [name] of missing) check.faults.push(`${described.id}: ${name} is required`);
    for (const [name, value] of Object.entries(params)) {
      const schema = parameters[name];
      if (schema) check.value(schema, value, name);
      else check.faults.push(`${described.id}: there is no ${name}`);
    }
    if (request) check.value(request, body, "");
    return check.faults;
  }

  private method(api: string, path: string): Method {
    const steps = path.split(".");
    const name = steps.pop() ?? "";
    const resource = steps.reduce<Resource | undefined>((inner, step) => inner?.resources?.[step], this.api(api));
    const method = resource?.methods?.[name];
    if (!method) throw new Error(`${api} has no method ${path}`);
    return method;
  }

  private api(name: string): Api {
    const known = this.apis.get(name) ?? (JSON.parse(readFileSync(join(this.folder, `${name}.json`), "utf8")) as Api);
    this.apis.set(name, known);
    return known;
  }
}

class Check {
  readonly faults: string[] = [];

  constructor(
    private readonly schemas: Readonly<Record<string, Schema>>,
    private readonly method: string,
  ) {}

  value(given: Schema, value: unknown, path: string): void {
    const schema = given.$ref === undefined ? given : this.schemas[given.$ref]!;
    if (given.readOnly === true) this.say(path, "is the service's own");
    else if (Array.isArray(value)) this.list(schema, value, path);
    else if (typeof value === "object" && value !== null) this.object(schema, value as Record<string, unknown>, path);
    else this.plain(schema, value, path);
  }

  private list(schema: Schema, values: readonly unknown[], path: string): void {
    const { items } = schema;
    if (schema.type === "array" && items) values.forEach((item, index) => this.value(items, item, `${path}[${index}]`));
    // A parameter that may be repeated says so otherwise; none of ours does.
    else this.say(path, `is a list where a ${schema.type ?? "value"} is wanted`);
  }

  private object(schema: Schema, value: Readonly<Record<string, unknown>>, path: string): void {
    if (schema.type !== "object") {
      this.say(path, `is an object where a ${schema.type ?? "value"} is wanted`);
      return;
    }
    const { properties = {}, additionalProperties } = schema;
    for (const [name, member] of Object.entries(properties)) {
      if (member.annotations?.required?.includes(this.method) === true && !(name in value)) {
        this.say(`${path}.${name}`, "is required");
      }
    }
    for (const [name, inner] of Object.entries(value)) {
      const member = properties[name] ?? additionalProperties;
      if (member) this.value(member, inner, `${path}.${name}`);
      else this.say(`${path}.${name}`, "does not exist");
    }
  }

  private plain(schema: Schema, value: unknown, path: string): void {
    const { type = "value", enum: allowed, pattern, minimum, maximum } = schema;
    if (kinds[type]?.(value) !== true) {
      this.say(path, `${JSON.stringify(value)} is no ${type}`);
      return;
    }
    const text = String(value);
    const whole = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`);
    if (allowed?.includes(text) === false) this.say(path, `${text} is none of ${allowed.join(", ")}`);
    if (whole?.test(text) === false) this.say(path, `${text} is not ${pattern}`);
    if (isLong(schema) && !/^-?\d+$/.test(text)) this.say(path, `${text} is no number`);
    if (Number(text) < Number(minimum)) this.say(path, `${text} is less than ${minimum}`);
    if (Number(text) > Number(maximum)) this.say(path, `${text} is more than ${maximum}`);
  }

  private say(path: string, what: string): void {
    this.faults.push(`${this.method}: ${path.replace(/^\./, "")} ${what}`);
  }
}
