import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { moduleFolder } from "../ensure.js";
import type { KubeApi, KubeObject } from "./api.js";

const STAGES = [
  "node/fast/node-initialize.yaml",
  "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
  "pod/fast/pod-ready.yaml",
  "pod/fast/pod-complete.yaml",
  "pod/fast/pod-delete.yaml",
];

/** Images with this tag cannot be pulled on the simulated nodes. */
export const MISSING_IMAGE_TAG = "does-not-exist";

// kwok runs nothing, so every image would do. This stage wins over the one that makes pods ready.
const PULL_FAILS = `
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata:
  name: pod-image-missing
spec:
  resourceRef: { apiGroup: v1, kind: Pod }
  weight: 1000000
  selector:
    matchExpressions:
      - { key: ".metadata.deletionTimestamp", operator: DoesNotExist }
      - { key: '.status.phase', operator: In, values: [Pending] }
      - { key: '.spec.containers.[] | .image | endswith(":${MISSING_IMAGE_TAG}")', operator: In, values: ["true"] }
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

/** Writes kwok's configuration: its own fast stages, and one for images that do not exist. */
export async function writeStages(folder: string): Promise<string> {
  const source = join(await moduleFolder("sigs.k8s.io/kwok"), "kustomize", "stage");
  const stages = await Promise.all(STAGES.map((file) => readFile(join(source, file), "utf8")));
  const path = join(folder, "kwok.yaml");
  await writeFile(path, [...stages, PULL_FAILS].join("\n---\n"));
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
