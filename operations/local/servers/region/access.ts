import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { KubeApi } from "./api.js";

/** What the servers of one region prove their identity with; made afresh for every run. */
export interface Credentials {
  readonly adminToken: string;
  readonly tokenFile: string;
  readonly serviceAccountKeyFile: string;
  readonly serviceAccountPublicFile: string;
  /** Tokens of the other users, by name. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** A user of the API beside the administrator. */
export interface ApiUser {
  readonly name: string;
  readonly groups: readonly string[];
}

export async function writeCredentials(folder: string, users: readonly ApiUser[] = []): Promise<Credentials> {
  const newToken = (): string => randomBytes(24).toString("hex");
  const adminToken = newToken();
  const tokens = Object.fromEntries(users.map(({ name }) => [name, newToken()]));
  const lines = [{ name: "admin", groups: ["system:masters"] }, ...users].map(
    ({ name, groups }) => `${tokens[name] ?? adminToken},${name},${name},"${groups.join(",")}"\n`,
  );
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  return {
    adminToken,
    tokens,
    tokenFile: await file("tokens.csv", lines.join("")),
    serviceAccountKeyFile: await file("service-account.key", privateKey),
    serviceAccountPublicFile: await file("service-account.pub", publicKey),
  };
}

/** A kubeconfig with one context, named after the region. */
export function kubeconfig(region: string, access: { server: string; caFile: string; token: string }): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": region,
    clusters: [{ name: region, cluster: { server: access.server, "certificate-authority": access.caFile } }],
    users: [{ name: region, user: { token: access.token } }],
    contexts: [{ name: region, context: { cluster: region, user: region } }],
  });
}

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly "certificate-authority": string } },
  ];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
}

/** The API of a kubeconfig that {@link kubeconfig} wrote. */
export async function openKubeconfig(file: string): Promise<KubeApi> {
  const { clusters, users } = parse(await readFile(file, "utf8")) as Kubeconfig;
  const { server, "certificate-authority": authority } = clusters[0].cluster;
  return new KubeApi({ server, certificateAuthority: await readFile(authority, "utf8"), token: users[0].user.token });
}
