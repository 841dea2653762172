import type { Fault } from "../common/errors.js";

/** Stands in for an encrypted value where nothing decrypts it (the offline preview). */
export const encryptedMarker = "[encrypted]";

/** Paths whose values must be encrypted in the stack file; `*` stands for any key. */
export const secretPaths: readonly (readonly string[])[] = [
  ["agent", "secrets", "*"],
  ["delivery", "notifications", "webhookUrl"],
];

export function isSecretPath(path: readonly PropertyKey[]): boolean {
  return secretPaths.some(
    (pattern) =>
      pattern.length === path.length && pattern.every((part, index) => part === "*" || part === String(path[index])),
  );
}

const SECRET_NAME = /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIALS?)$/;

/**
 * Faults for secrets in plain text: a value at a secret path that the stack file does not encrypt, or an environment
 * variable of the ConfigMap whose name says that it holds one. The value itself is never shown.
 */
export function findPlainSecrets(
  raw: Readonly<Record<string, unknown>>,
  isEncrypted: (path: readonly string[]) => boolean,
): Fault[] {
  const faults: Fault[] = [];
  for (const path of presentSecretPaths(raw)) {
    if (isEncrypted(path)) continue;
    const dotted = path.join(".");
    faults.push({
      path: dotted,
      rule: "holds a secret in plain text",
      fix: `encrypt it: pulumi config set --secret --path 'agent-platform:${dotted}' VALUE`,
    });
  }
  const plain = (raw.agent as { config?: Record<string, unknown> } | undefined)?.config ?? {};
  for (const name of typeof plain === "object" ? Object.keys(plain) : []) {
    if (!SECRET_NAME.test(name)) continue;
    faults.push({
      path: `agent.config.${name}`,
      rule: "looks like a secret, and ConfigMaps are readable by everyone in the namespace",
      fix: `move it to agent.secrets: pulumi config set --secret --path 'agent-platform:agent.secrets.${name}' VALUE`,
    });
  }
  return faults;
}

function presentSecretPaths(raw: Readonly<Record<string, unknown>>): string[][] {
  return secretPaths.flatMap((pattern) => expand(raw, pattern));
}

function expand(value: unknown, [head, ...rest]: readonly string[]): string[][] {
  if (head === undefined) return value === undefined ? [] : [[]];
  if (typeof value !== "object" || value === null) return [];
  const record = value as Record<string, unknown>;
  const keys = head === "*" ? Object.keys(record) : [head].filter((key) => key in record);
  return keys.flatMap((key) => expand(record[key], rest).map((tail) => [key, ...tail]));
}
