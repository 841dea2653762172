import { join } from "node:path";
import { runCommand } from "../../../../common/command.js";

/** With what the API server proves to the servers of other APIs that a request comes through it. */
export interface FrontProxy {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const NAME = "front-proxy-client";

/** An authority of its own, and the client certificate that it signs. */
export async function createFrontProxy(folder: string): Promise<FrontProxy> {
  const path = (name: string): string => join(folder, `front-proxy.${name}`);
  const key = ["-newkey", "rsa:2048", "-nodes"];
  const authority = ["req", "-x509", ...key, "-days", "2", "-subj", "/CN=front-proxy-ca"];
  await runCommand("openssl", [...authority, "-keyout", path("ca.key"), "-out", path("ca.crt")]);
  await runCommand("openssl", ["req", ...key, "-subj", `/CN=${NAME}`, "-keyout", path("key"), "-out", path("csr")]);
  const by = ["-CA", path("ca.crt"), "-CAkey", path("ca.key"), "-CAcreateserial", "-days", "2"];
  await runCommand("openssl", ["x509", "-req", "-in", path("csr"), ...by, "-out", path("crt")]);
  return { authority: path("ca.crt"), certificate: path("crt"), key: path("key") };
}

/**
 * What the aggregation of other APIs needs. An ExternalName Service leads to a server on loopback, whose address no
 * endpoint may hold; routing by endpoints would not follow it.
 */
export function frontProxyFlags({ authority, certificate, key }: FrontProxy): string[] {
  return [
    `--requestheader-client-ca-file=${authority}`,
    `--requestheader-allowed-names=${NAME}`,
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${certificate}`,
    `--proxy-client-key-file=${key}`,
  ];
}
