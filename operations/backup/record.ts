import { ExitCode, messageOf, PlatformError } from "../../common/errors.js";
import type { Catalogue } from "./catalogue.js";
import type { VerificationRecord } from "./verify.js";

/**
 * Name of the ConfigMap that a place for records is; `undefined` where it is beside the backups.
 * @throws PlatformError exit code 2 for anything else.
 */
export function configMapOf(place: string): string | undefined {
  if (place === "repository") return undefined;
  const name = /^configmap\/([a-z0-9-]+)$/.exec(place)?.[1];
  if (name !== undefined) return name;
  throw new PlatformError("that is no place for a record", ExitCode.configuration, [
    { path: "--record", received: place, rule: "must be repository or configmap/<name>", fix: "--record repository" },
  ]);
}

/** Where a verification leaves its record: beside the backups, or in a ConfigMap of the cluster that it runs in. */
export async function keepRecord(catalogue: Catalogue, record: VerificationRecord, place: string): Promise<void> {
  const name = configMapOf(place);
  if (name === undefined) {
    const stamp = record.at.replace(/[^0-9]/g, "").slice(0, 14);
    await catalogue.storage.writeText(
      `verifications/${record.store}_${stamp}.json`,
      `${JSON.stringify(record, null, 2)}\n`,
    );
    return;
  }
  await apply(name, `${record.store}.json`, JSON.stringify(record));
  // The rule book reads when a backup was last found good: a verification that fails leaves that as it was.
  if (record.verified) await apply(name, record.store, record.at);
}

/** Server-side apply by a manager of the key's own, so that every other key in the ConfigMap stays as it is. */
async function apply(name: string, key: string, value: string): Promise<void> {
  const k8s = await import("@kubernetes/client-node");
  const config = new k8s.KubeConfig();
  config.loadFromDefault();
  const namespace = process.env.POD_NAMESPACE ?? "agent-memory";
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { [key]: value } };
  try {
    const client = k8s.KubernetesObjectApi.makeApiClient(config);
    const manager = `backup-verification-${key}`;
    await client.patch(body, undefined, undefined, manager, true, k8s.PatchStrategy.ServerSideApply);
  } catch (thrown) {
    throw new PlatformError(`cannot write ConfigMap ${namespace}/${name}: ${messageOf(thrown)}`, ExitCode.resource);
  }
}
