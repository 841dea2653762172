import type { Fault } from "../common/errors.js";
import { formatPath } from "./paths.js";
import { encryptedMarker, secretPathsOf } from "./schema/secret.js";
import { stackSchema } from "./schema/stack.js";

/** Paths whose values must be encrypted in the stack file, as the schema declares them; `*` stands for any key. */
export const secretPaths: readonly (readonly string[])[] = secretPathsOf(stackSchema);

export function isSecretPath(path: readonly PropertyKey[]): boolean {
  return secretPaths.some(
    (pattern) =>
      pattern.length === path.length && pattern.every((part, index) => part === "*" || part === String(path[index])),
  );
}

const SECRET_NAME = /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIALS?)$/;

/** What is a secret wherever it is written: a key, a password in a URL, a token of a service that marks its own. */
const SECRET_TEXT =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|:\/\/[^\s/:@]*:[^\s/@]+@|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[oprsu]_\w{36}|\bxox[abprs]-[\w-]{10}|\bhooks\.slack\.com\/services\/\w|\bAIza[\w-]{35}/;

type Raw = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

/**
 * Faults for secrets in plain text: a value at a secret path that the stack file does not encrypt, text that is a secret
 * wherever it stands, or an environment variable of the ConfigMap whose name says that it holds one. The value itself is
 * never shown.
 */
export function findPlainSecrets(raw: Raw, isEncrypted: (path: Path) => boolean): Fault[] {
  const declared = secretPaths.flatMap((pattern) => expand(raw, pattern)).filter((path) => !isEncrypted(path));
  return [...declared.map(plainSecret), ...misplacedSecrets(raw), ...namedSecrets(raw)];
}

function plainSecret(path: Path): Fault {
  const at = formatPath(path);
  return {
    path: at,
    rule: "holds a secret in plain text",
    fix: `encrypt it: pulumi config set --secret --path 'agent-platform:${at}' VALUE`,
  };
}

function misplacedSecrets(raw: Raw): Fault[] {
  return textsOf(raw)
    .filter(({ path, text }) => !isSecretPath(path) && SECRET_TEXT.test(text))
    .map(({ path }) => ({
      path: formatPath(path),
      rule: "holds a secret in plain text, and this key cannot be encrypted",
      fix: "take it out, and give it to the service by agent.secrets: pulumi config set --secret --path 'agent-platform:agent.secrets.NAME' VALUE",
    }));
}

function namedSecrets(raw: Raw): Fault[] {
  const plain = (raw.agent as { config?: unknown } | null | undefined)?.config;
  const names = typeof plain === "object" && plain !== null ? Object.keys(plain) : [];
  return names
    .filter((name) => SECRET_NAME.test(name))
    .map((name) => ({
      path: `agent.config.${name}`,
      rule: "looks like a secret, and ConfigMaps are readable by everyone in the namespace",
      fix: `move it to agent.secrets: pulumi config set --secret --path 'agent-platform:agent.secrets.${name}' VALUE`,
    }));
}

/** The paths of a pattern that the configuration has. */
function expand(value: unknown, [head, ...rest]: readonly string[]): Path[] {
  if (head === undefined) return value === undefined || value === null ? [] : [[]];
  return entriesOf(value)
    .filter(([key]) => head === "*" || head === String(key))
    .flatMap(([key, inner]) => expand(inner, rest).map((tail) => [key, ...tail]));
}

function textsOf(value: unknown, path: Path = []): { path: Path; text: string }[] {
  if (typeof value === "string") return value === encryptedMarker ? [] : [{ path, text: value }];
  return entriesOf(value).flatMap(([key, inner]) => textsOf(inner, [...path, key]));
}

function entriesOf(value: unknown): [string | number, unknown][] {
  if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item]);
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
