import { runCommand } from "../../common/command.js";
import { messageOf } from "../../common/errors.js";
import { ensurePackage } from "./servers/packages.js";

/** Programs that nodes are made of, by Debian's packages; what is absent is installed where that is possible. */
const PROGRAMS = [
  ["containerd", "containerd"],
  ["runc", "runc"],
  ["iptables", "iptables"],
  ["iproute2", "ip"],
  ["conntrack", "conntrack"],
  ["socat", "socat"],
  ["openssl", "openssl"],
  ["procps", "sysctl"],
  ["busybox", "busybox"],
  ["util-linux", "nsenter"],
] as const;

const FOLDERS = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

const ELSEWHERE = "clusters of your own, such as kind's or k3d's (local up --context)";

/** What this machine lacks to run nodes, each with how to get it; empty where nothing is missing. */
export async function missingRequirements(): Promise<string[]> {
  if (process.platform !== "linux") return [`nodes need Linux: ${ELSEWHERE}`];
  if (process.getuid?.() !== 0) {
    return [`only root can make namespaces and control groups: use sudo, or ${ELSEWHERE}`];
  }
  const missing: string[] = [];
  for (const [name, program] of PROGRAMS) {
    const found = await ensurePackage(name, program, FOLDERS);
    if (found.path === undefined) missing.push(found.missing);
  }
  if (missing.length > 0) return missing;
  try {
    await runCommand("unshare", ["--net", "--mount", "--pid", "--fork", "iptables", "-L", "-n"], { timeoutMs: 30_000 });
  } catch (thrown) {
    missing.push(`this kernel or container does not allow namespaces with a firewall: ${messageOf(thrown)}`);
  }
  return missing;
}
