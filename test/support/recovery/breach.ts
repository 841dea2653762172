import { strict as assert } from "node:assert";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "../../../common/poll.js";
import { stateOf, type RunRecord } from "../../../operations/recovery/run/record.js";
import type { Region } from "../servers/region/region.js";
import { NAMESPACE, SERVICE } from "./one-cluster.js";

const PASSWORD = "urn:pulumi:production::p::random:index/randomPassword:RandomPassword::postgres";

/**
 * Stands in for the engine: one password in the state, and a history that
 * remembers what was done. What it was called with is in `pulumi.log`.
 */
export async function standInPulumi(folder: string): Promise<void> {
  const bin = join(folder, "bin");
  await mkdir(bin);
  const exported = {
    deployment: { resources: [{ urn: PASSWORD, type: "random:index/randomPassword:RandomPassword" }] },
  };
  const script = `#!/bin/sh
echo "$*" >> '${join(folder, "pulumi.log")}'
case "$2" in
  export) echo '${JSON.stringify(exported)}' ;;
  history) echo '[]' ;;
esac
`;
  await writeFile(join(bin, "pulumi"), script);
  await chmod(join(bin, "pulumi"), 0o755);
  process.env.PATH = `${bin}:${process.env.PATH ?? ""}`;
}

/** What a breach's run must have left: everybody in quarantine, evidence, new credentials, and the service back. */
export async function checkBreach({ api }: Region, record: RunRecord, folder: string): Promise<void> {
  const ids = record.input.plan.steps.map(({ id }) => id);
  assert.deepEqual(
    stateOf(record).steps.map(({ id, status }) => `${id} ${status}`),
    ids.map((id) => `${id} done`),
  );
  const quarantined = await api.list("v1", "Pod", {
    namespace: NAMESPACE,
    labelSelector: "agent-platform.io/quarantine=true",
  });
  assert.equal(quarantined.length, 2, "the pods that ran are kept");
  for (const { metadata } of quarantined) {
    assert.equal(metadata.labels?.app, undefined, "no Service and no other policy selects it");
    assert.equal(metadata.ownerReferences, undefined, "no ReplicaSet counts it");
  }
  const { spec } = await api.get("networking.k8s.io/v1", "NetworkPolicy", {
    namespace: NAMESPACE,
    name: "recovery-quarantine",
  });
  assert.deepEqual(spec, {
    podSelector: { matchLabels: { "agent-platform.io/quarantine": "true" } },
    policyTypes: ["Ingress", "Egress"],
  });
  await poll(
    async () => {
      const { status } = await api.get("apps/v1", "Deployment", { namespace: NAMESPACE, name: SERVICE });
      return (status as { availableReplicas?: number }).availableReplicas === 2 ? true : undefined;
    },
    { what: "the service's replicas to be back", timeoutMs: 60_000 },
  );
  const evidence = join(folder, "control", "evidence", record.input.runId);
  const kept = JSON.parse(await readFile(join(evidence, "Pod.json"), "utf8")) as {
    objects: { metadata: { name: string } }[];
  };
  const names = kept.objects.map(({ metadata }) => metadata.name);
  for (const { metadata } of quarantined) assert.ok(names.includes(metadata.name), `no evidence of ${metadata.name}`);
  assert.ok(!(await readdir(evidence)).includes("Secret.json"), "evidence is read by many");
  const calls = (await readFile(join(folder, "pulumi.log"), "utf8")).trim().split("\n");
  const key = `${record.input.runId}/rotate-credentials/actions/rotate-secrets`;
  assert.deepEqual(calls.slice(-1), [
    `up --yes --skip-preview --message ${key} --stack production --replace ${PASSWORD}`,
  ]);
}
