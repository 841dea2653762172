import { marks } from "../../components/contracts.js";
import type { RecordedResource } from "../preview/recording.js";
import { dig, digText, nodeId, type GraphReader } from "./graph.js";
import type { TopologyFlow } from "./topology.js";

/** A standby's PostgreSQL follows the archive of the primary's. */
export function dataFlows(graph: GraphReader): TopologyFlow[] {
  return graph.all("barmancloud.cnpg.io/v1:ObjectStore").flatMap((store) => {
    const region = graph.regionOfResource(store);
    const from = graph.bucketNodeAt(digText(store.inputs, "spec", "configuration", "destinationPath"));
    if (region === undefined || from === undefined || !digText(store.inputs, "metadata", "name").includes("source"))
      return [];
    return [{ from, to: nodeId("store", "postgres", region), kind: "replication", label: "WAL to the standby" }];
  });
}

/** From every store to the bucket of its backups, and from there to the copy. */
export function backupFlows(graph: GraphReader): TopologyFlow[] {
  const jobs = graph.run.resources.filter(
    ({ inputs }) => dig(inputs, "metadata", "annotations", marks.location) !== undefined,
  );
  const flows = jobs.flatMap((job) => flowsOf(graph, job));
  return flows.filter(
    ({ from, to }, index) => flows.findIndex((flow) => flow.from === from && flow.to === to) === index,
  );
}

function flowsOf(graph: GraphReader, job: RecordedResource): TopologyFlow[] {
  const annotation = (name: string): string => digText(job.inputs, "metadata", "annotations", name);
  const region = graph.regionOfResource(job);
  const bucket = graph.bucketNodeAt(annotation(marks.location));
  if (region === undefined || bucket === undefined) return [];
  const store = digText(job.inputs, "metadata", "labels", marks.store);
  const wal = store === "postgres" ? " + WAL" : "";
  const label = `${annotation(marks.schedule)}${wal}, ${annotation(marks.retentionDays)} days`;
  const copy = graph.bucketNodeAt(annotation(marks.copyLocation));
  return [
    { from: nodeId("store", store, region), to: bucket, kind: "backup", label },
    ...(copy === undefined ? [] : [{ from: bucket, to: copy, kind: "copy" as const, label: "copy" }]),
  ];
}
