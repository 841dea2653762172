import { toResource } from "../../../policy/model/resource.js";
import { PlatformView, type PlatformFacts } from "../../../policy/model/view.js";
import { readManifests } from "../manifests.js";
import type { Source } from "../run.js";

/** The view of a file, a folder or standard input. All of it is one cluster. */
export function viewOfManifests(path: string, facts: PlatformFacts): Source {
  const { objects, faults } = readManifests(path);
  return {
    view: new PlatformView(
      objects.flatMap((source) => toResource(source) ?? []),
      [],
      facts,
    ),
    faults,
  };
}
