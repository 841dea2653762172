import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from "yaml";
import { ExitCode, PlatformError, type Fault } from "../../common/errors.js";
import { formatPath } from "../../config/paths.js";
import { encryptedMarker } from "../../config/schema/secret.js";
import { isSecretPath } from "../../config/secrets.js";

/** A stack's configuration as the engine would hand it to the program. */
export interface StackFile {
  readonly project: string;
  readonly stack: string;
  /** Full keys (`agent-platform:regions`) to text; objects as JSON. */
  readonly config: Readonly<Record<string, string>>;
  /** Full keys that hold an encrypted value. */
  readonly secretKeys: readonly string[];
}

const STACK_FILE = /^Pulumi\.([\w-]+)\.yaml$/;

/** Names of the stacks that have a configuration file, in alphabetical order. */
export function listStacks(root: string): string[] {
  return readdirSync(root)
    .map((file) => STACK_FILE.exec(file)?.[1])
    .filter((name): name is string => name !== undefined)
    .sort();
}

/**
 * Reads `Pulumi.yaml` and `Pulumi.<stack>.yaml` without the engine. Encrypted values need no passphrase: a marker takes
 * their place, which only keys that the schema declares secret may hold.
 * @throws PlatformError exit code 6 where the stack does not exist, 2 where a file is malformed.
 */
export function readStackFile(root: string, stack: string): StackFile {
  const file = `Pulumi.${stack}.yaml`;
  if (!/^[\w-]+$/.test(stack) || !existsSync(join(root, file))) {
    const known = listStacks(root).join(", ") || "none";
    throw new PlatformError(`there is no stack ${JSON.stringify(stack)}; there are: ${known}`, ExitCode.stackNotFound);
  }
  const project = String(parseYaml(root, "Pulumi.yaml").document.get("name"));
  const { config, secretKeys } = readConfigSection(project, file, parseYaml(root, file));
  return { project, stack, config, secretKeys };
}

type ConfigSection = Pick<StackFile, "config" | "secretKeys">;

function readConfigSection(project: string, file: string, { document, lines }: ParsedYaml): ConfigSection {
  const section = document.get("config", true);
  if (section !== undefined && !isMap(section)) {
    throw malformed(file, [
      { path: `${file}: config`, rule: "must be a mapping of keys", fix: "write the keys below config:" },
    ]);
  }
  const faults: Fault[] = [];
  const config: Record<string, string> = {};
  const secretKeys: string[] = [];
  for (const { key, value } of section?.items ?? []) {
    const name = String(isScalar(key) ? key.value : key);
    const at = isScalar(key) && key.range ? `${file}:${lines.linePos(key.range[0]).line}` : file;
    const reveal = new Revealer(at, faults);
    const plain = reveal.value(toPlain(value as Node | null), [name.replace(`${project}:`, "")]);
    if (reveal.secret) secretKeys.push(name);
    config[name] = typeof plain === "string" ? plain : JSON.stringify(plain);
  }
  if (faults.length > 0) throw malformed(file, faults);
  return { config, secretKeys };
}

function toPlain(node: Node | null): unknown {
  return node === null ? null : (node.toJSON() as unknown);
}

/** Puts the marker in place of `{ secure: … }`, and notes values that nothing declares secret. */
class Revealer {
  secret = false;

  constructor(
    private readonly at: string,
    private readonly faults: Fault[],
  ) {}

  value(value: unknown, path: readonly PropertyKey[]): unknown {
    if (Array.isArray(value)) return value.map((item: unknown, index) => this.value(item, [...path, index]));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    if (entries.length === 1 && entries[0]?.[0] === "secure") return this.marker(path);
    return Object.fromEntries(entries.map(([key, inner]) => [key, this.value(inner, [...path, key])]));
  }

  private marker(path: readonly PropertyKey[]): string {
    this.secret = true;
    if (!isSecretPath(path)) {
      this.faults.push({
        path: `${this.at} ${formatPath(path)}`,
        rule: "is encrypted, but is no secret key, so its value would appear in plain text in the program",
        fix: "write it in plain text, or put the secret under agent.secrets",
      });
    }
    return encryptedMarker;
  }
}

interface ParsedYaml {
  readonly document: Document;
  readonly lines: LineCounter;
}

function parseYaml(root: string, file: string): ParsedYaml {
  const lines = new LineCounter();
  const text = readText(root, file);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = document.errors.map((error) => ({
    path: `${file}:${lines.linePos(error.pos[0]).line}`,
    rule: error.message,
    fix: "mend the YAML there",
  }));
  if (faults.length > 0) throw malformed(file, faults);
  if (!isMap(document.contents)) {
    throw malformed(file, [{ path: file, rule: "must be a YAML mapping", fix: "start it with config:" }]);
  }
  return { document, lines };
}

function readText(root: string, file: string): string {
  try {
    return readFileSync(join(root, file), "utf8");
  } catch {
    throw malformed(file, [{ path: file, rule: "cannot be read", fix: "check that it is there and readable" }]);
  }
}

function malformed(file: string, faults: readonly Fault[]): PlatformError {
  return new PlatformError(`${file} cannot be used:`, ExitCode.configuration, faults);
}
