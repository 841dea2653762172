import { poll } from "../../../common/poll.js";
import type { Action, ActionContext, Outcome } from "../action.js";
import { openCluster, type Cluster, type KubeObject } from "../cluster.js";
import { openPlace } from "../site/places.js";
import { findWorkload, regionOf } from "./standby.js";

const QUARANTINE = "agent-platform.io/quarantine";
/** Label by which the service's Services and policies select its pods (R2). */
const SELECTOR = "app=agent-memory";
const POLICY = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", name: "recovery-quarantine" } as const;
/** Keeps how many replicas there were, on the workload itself: whoever lifts the isolation may be another process. */
const REPLICAS = "agent-platform.io/replicas-before";

async function open({ site, from }: ActionContext): Promise<Cluster> {
  return await openCluster(regionOf(site, from), site.namespace);
}

const podsOf = async (cluster: Cluster, selector: string): Promise<readonly KubeObject[]> =>
  await cluster.list({ apiVersion: "v1", kind: "Pod" }, selector);

/**
 * Network policies only add up: one that denies does nothing to a pod that another one allows. So the pods lose the
 * labels by which the others select them, and with them their Service and their ReplicaSet; they go on as evidence.
 */
export const isolate: Action = {
  summary: "quarantine the pods that run, and let no new ones start",
  effects: ({ site, from }) => [
    `NetworkPolicy ${site.namespace}/${POLICY.name} in ${from}: nothing in, nothing out`,
    `${site.namespace}/${site.service} in ${from}: 0 replicas; its pods leave it and keep running in quarantine`,
  ],
  run: async (context): Promise<Outcome> => {
    const { site } = context;
    const cluster = await open(context);
    await cluster.apply({
      apiVersion: POLICY.apiVersion,
      kind: POLICY.kind,
      metadata: { name: POLICY.name },
      spec: { podSelector: { matchLabels: { [QUARANTINE]: "true" } }, policyTypes: ["Ingress", "Egress"] },
    });
    const { ref, object } = await findWorkload(cluster, site.service);
    const annotations = object.metadata.annotations as Readonly<Record<string, string>> | undefined;
    // Before the pods: a workload that still wants them would make new ones.
    const before = annotations?.[REPLICAS] ?? String(object.spec?.replicas ?? 1);
    await cluster.merge(ref, { metadata: { annotations: { [REPLICAS]: before } } });
    const pods = await podsOf(cluster, SELECTOR);
    for (const { metadata } of pods) {
      const labels = {
        [QUARANTINE]: "true",
        app: null,
        component: null,
        version: null,
        "pod-template-hash": null,
        "rollouts-pod-template-hash": null,
      };
      await cluster.merge({ apiVersion: "v1", kind: "Pod", name: metadata.name }, { metadata: { labels } });
    }
    await cluster.merge(ref, { spec: { replicas: 0 } });
    const names = pods.map(({ metadata }) => metadata.name);
    return {
      summary: `${names.length} pods in quarantine (${names.join(", ") || "none"}); ${ref.kind} ${ref.name} has 0 replicas, had ${before}`,
      commands: [
        `kubectl -n ${site.namespace} apply networkpolicy ${POLICY.name}`,
        ...names.map(
          (name) => `kubectl -n ${site.namespace} label pod ${name} ${QUARANTINE}=true app- component- version-`,
        ),
        `kubectl -n ${site.namespace} scale ${ref.kind.toLowerCase()} ${ref.name} --replicas=0`,
      ],
      facts: { quarantined: names.length },
    };
  },
};

export const checkIsolation: Action = {
  summary: "check that no pod of the service runs outside quarantine",
  effects: ({ from }) => [`pods of ${from}: read only`],
  run: async (context): Promise<Outcome> => {
    const cluster = await open(context);
    await poll(
      async () => {
        const left = await podsOf(cluster, SELECTOR);
        if (left.length === 0) return true;
        throw new Error(`${left.map(({ metadata }) => metadata.name).join(", ")} still serve`);
      },
      { what: "every pod to be in quarantine or gone", intervalMs: 1_000, timeoutMs: 60_000 },
    );
    const kept = await podsOf(cluster, `${QUARANTINE}=true`);
    return { summary: `no pod of the service runs; ${kept.length} in quarantine` };
  },
};

export const liftIsolation: Action = {
  summary: "give the workload its replicas back; quarantined pods stay",
  effects: ({ site, from }) => [`${site.namespace}/${site.service} in ${from}: replicas as before`],
  run: async (context): Promise<Outcome> => {
    const { site } = context;
    const cluster = await open(context);
    const { ref, object } = await findWorkload(cluster, site.service);
    const annotations = object.metadata.annotations as Readonly<Record<string, string>> | undefined;
    const replicas = Number(annotations?.[REPLICAS] ?? Math.max(1, object.spec?.replicas ?? 1));
    await cluster.merge(ref, { metadata: { annotations: { [REPLICAS]: null } }, spec: { replicas } });
    return {
      summary: `${ref.kind} ${ref.name} has ${replicas} replicas again; quarantined pods stay until somebody deletes them`,
      commands: [`kubectl -n ${site.namespace} scale ${ref.kind.toLowerCase()} ${ref.name} --replicas=${replicas}`],
    };
  },
};

/** What is kept of the namespace. Secrets are not: evidence is read by many. */
const KINDS = [
  { apiVersion: "v1", kind: "Pod" },
  { apiVersion: "v1", kind: "Event" },
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "v1", kind: "ServiceAccount" },
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "apps/v1", kind: "ReplicaSet" },
  { apiVersion: "batch/v1", kind: "Job" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
] as const;

export const preserveEvidence: Action = {
  summary: "copy the namespace's objects and events to the control bucket",
  effects: ({ site, from, runId }) => [`PUT ${site.control.uri}/evidence/${runId}/*.json, from ${from}; no Secrets`],
  run: async (context): Promise<Outcome> => {
    const { site, runId, from } = context;
    const cluster = await open(context);
    const storage = openPlace(site.control);
    const counts: string[] = [];
    for (const kind of KINDS) {
      const objects = await cluster.list(kind);
      const text = `${JSON.stringify({ from, at: new Date().toISOString(), objects }, undefined, 1)}\n`;
      // The first copy is the evidence: a later attempt must not write over it.
      await storage.writeText(`evidence/${runId}/${kind.kind}.json`, text, true);
      counts.push(`${objects.length} ${kind.kind}`);
    }
    return {
      summary: `kept ${counts.join(", ")} at ${site.control.uri}/evidence/${runId}`,
      commands: KINDS.map(({ kind }) => `kubectl -n ${site.namespace} get ${kind.toLowerCase()} -o json`),
    };
  },
};
