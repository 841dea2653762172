import type { Space } from "../space.js";

/** Imports image archives into a node's containerd, where the kubelet finds them. */
export async function loadImages(space: Space, socket: string, archives: readonly string[]): Promise<void> {
  for (const archive of archives) {
    await space.run("ctr", ["--address", socket, "--namespace", "k8s.io", "images", "import", archive]);
  }
}
