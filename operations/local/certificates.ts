import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../common/command.js";

/** A key with its certificate. */
export interface Pair {
  readonly key: string;
  readonly certificate: string;
}

const KEY = ["-newkey", "rsa:2048", "-nodes"];

/** A cluster's own authority, made afresh for every cluster; its files are readable by their owner only. */
export class Authority {
  private constructor(
    private readonly folder: string,
    readonly certificate: string,
    private readonly key: string,
  ) {}

  static async create(folder: string): Promise<Authority> {
    const [certificate, key] = [join(folder, "ca.crt"), join(folder, "ca.key")];
    const args = ["req", "-x509", ...KEY, "-days", "30", "-subj", "/CN=agent-platform local", "-keyout", key];
    await runCommand("openssl", [...args, "-out", certificate]);
    return new Authority(folder, certificate, key);
  }

  /** A key and certificate: of a server for `names` ("DNS:…", "IP:…"), else of a client. */
  async issue(name: string, subject: string, names: readonly string[] = []): Promise<Pair> {
    const path = (suffix: string): string => join(this.folder, `${name}.${suffix}`);
    const usage = names.length > 0 ? "serverAuth" : "clientAuth";
    const extensions = [
      `extendedKeyUsage=${usage}`,
      ...(names.length > 0 ? [`subjectAltName=${names.join(",")}`] : []),
    ];
    await writeFile(path("ext"), `${extensions.join("\n")}\n`);
    await runCommand("openssl", ["req", ...KEY, "-subj", subject, "-keyout", path("key"), "-out", path("csr")]);
    const by = ["-CA", this.certificate, "-CAkey", this.key, "-CAcreateserial", "-days", "30"];
    const signed = ["x509", "-req", "-in", path("csr"), ...by, "-extfile", path("ext"), "-out", path("crt")];
    await runCommand("openssl", signed);
    return { key: path("key"), certificate: path("crt") };
  }
}
