import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { moduleFolder } from "../../../../operations/local/servers/ensure.js";
import type { KubeApi, KubeObject } from "../../../../operations/local/servers/region/api.js";

const STAGES = [
  "node/fast/node-initialize.yaml",
  "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
  "pod/fast/pod-complete.yaml",
  "pod/fast/pod-delete.yaml",
];

/** Images with this tag cannot be pulled on the simulated nodes. */
export const MISSING_IMAGE_TAG = "does-not-exist";

/** Matches the containers of a pod whose image cannot be pulled. */
const MISSING_IMAGE = `.spec.containers.[] | select( .image | endswith(":${MISSING_IMAGE_TAG}") ) | .name`;

// kwok runs nothing, so every image would do: what is left to this stage is taken from the one that makes pods ready.
const PULL_FAILS = `
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata:
  name: pod-image-missing
spec:
  resourceRef: { apiGroup: v1, kind: Pod }
  selector:
    matchExpressions:
      - { key: ".metadata.deletionTimestamp", operator: DoesNotExist }
      - { key: '.status.phase', operator: In, values: [Pending] }
      - { key: '${MISSING_IMAGE}', operator: Exists }
      - { key: '.status.containerStatuses.[] | .state.waiting.reason', operator: NotIn, values: [ImagePullBackOff] }
  next:
    statusTemplate: |
      phase: Pending
      conditions:
      - { type: Ready, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ Now | Quote }} }
      containerStatuses:
      {{ range .spec.containers }}
      - image: {{ .image | Quote }}
        name: {{ .name | Quote }}
        ready: false
        restartCount: 0
        state:
          waiting: { reason: ImagePullBackOff, message: "the image cannot be pulled" }
      {{ end }}
`;

interface ReadyStage {
  spec: { selector: { matchExpressions: { key: string; operator: string }[] } };
}

/** Writes kwok's configuration: its own fast stages, and one for images that do not exist. */
export async function writeStages(folder: string): Promise<string> {
  const source = join(await moduleFolder("sigs.k8s.io/kwok"), "kustomize", "stage");
  const stages = await Promise.all(STAGES.map((file) => readFile(join(source, file), "utf8")));
  const ready = load(await readFile(join(source, "pod/fast/pod-ready.yaml"), "utf8")) as ReadyStage;
  ready.spec.selector.matchExpressions.push({ key: MISSING_IMAGE, operator: "DoesNotExist" });
  const path = join(folder, "kwok.yaml");
  await writeFile(path, [...stages, dump(ready), PULL_FAILS].join("\n---\n"));
  return path;
}

function node(region: string, zone: string, index: number): KubeObject {
  const name = `${zone}-${index}`;
  const capacity = { cpu: "16", memory: "64Gi", pods: "110" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": region,
        "topology.kubernetes.io/zone": zone,
      },
    },
    status: { capacity, allocatable: capacity },
  };
}

/** Six simulated nodes, two in each of three zones. */
export async function createNodes(api: KubeApi, region: string): Promise<void> {
  const zones = ["a", "b", "c"].map((letter) => `${region}${letter}`);
  const nodes = zones.flatMap((zone) => [1, 2].map((index) => node(region, zone, index)));
  await Promise.all(nodes.map((body) => api.must("POST", "/api/v1/nodes", { body })));
}
